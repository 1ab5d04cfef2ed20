//! A store on a server that is reached by TLS: by certificates of one's own, or not at all.

use mysql_async::prelude::Queryable;
use store::{Address, Store};
use testkit::mariadb_or_skip;

#[tokio::test]
async fn a_server_is_proved_by_the_certificates_that_the_address_names() {
    if mariadb_or_skip("a store by TLS").unwrap().is_none() {
        return;
    }
    let [server, other] = [(); 2].map(|()| testkit::MariaDb::start_with_tls().unwrap());
    let url = server.database().await.unwrap();
    let mut connection = server.administrator().await.unwrap();
    for sql in ["CREATE USER tls@'%' REQUIRE SSL", "GRANT ALL ON *.* TO tls@'%'"] {
        connection.query_drop(sql).await.unwrap();
    }
    let url = url.replace("root@", "tls@");
    let check = async |options: &str| {
        let address: Address = format!("{url}{options}").parse().unwrap();
        Store::open(&address).unwrap().check().await
    };
    let [own, others] = [&server, &other].map(|it| it.certificates().display().to_string());
    check(&format!("?ssl_ca={own}")).await.unwrap();
    check("?require_ssl=true&verify_ca=false").await.unwrap();
    for options in ["", "?require_ssl=true", &format!("?ssl_ca={others}"), "?ssl_ca=/no/such/file"]
    {
        check(options).await.unwrap_err();
    }
}
