# Started by machine translation; a translator has not read it yet.

# Error pages.

error-400 = Esa solicitud no tiene sentido aquí
error-400-text = No se pudo interpretar la dirección o el formulario. Si llegó a este sitio con un nombre de host nuevo, sus operadores deben permitir ese nombre (ajuste allowed_hosts).
error-403 = Acceso denegado
error-403-text = No tiene acceso a esta página. Si le dieron acceso hace poco, cierre la sesión y vuelva a iniciarla.
error-404 = Página no encontrada
error-404-text = No hay nada en esta dirección. Es posible que esté mal escrita o que el curso no tenga datos de este tipo.
error-405 = Eso no se puede hacer aquí
error-405-text = Esta dirección solo se puede leer.
error-500 = Algo salió mal
error-500-text = No se pudo generar la página. Los operadores de este sitio pueden hallar la causa con el número de abajo.
error-503 = No disponible en este momento
error-503-text = No se puede acceder a los datos por ahora. Intente de nuevo en un minuto.
error-permissions = No se pudieron consultar sus cursos
error-permissions-text = La plataforma de aprendizaje no informó qué cursos puede ver. Intente de nuevo en un minuto.
error-sign-in = No se pudo iniciar su sesión
error-sign-in-text = La plataforma de aprendizaje no confirmó quién es usted, o el inicio de sesión tardó demasiado. Intente de nuevo.
error-login-again = Cerrar la sesión y volver a iniciarla
error-request = Número de solicitud:
