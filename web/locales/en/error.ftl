# Error pages.

error-400 = That request makes no sense here
error-400-text = The address or form could not be understood. If you reached this site under a new host name, its operators must allow that name (setting allowed_hosts).
error-403 = Access denied
error-403-text = You do not have access to this page. If you were given access a short while ago, sign out and in again.
error-404 = Page not found
error-404-text = There is nothing at this address. It may have been mistyped, or the course may have no data of this kind.
error-405 = That cannot be done here
error-405-text = This address can only be read.
error-500 = Something went wrong
error-500-text = The page could not be made. The operators of this site find the cause by the number below.
error-503 = Not available right now
error-503-text = The figures cannot be reached at the moment. Please try again in a minute.
error-permissions = Your courses could not be looked up
error-permissions-text = The learning platform did not say which courses you may see. Please try again in a minute.
error-sign-in = You could not be signed in
error-sign-in-text = The learning platform did not confirm who you are, or the sign-in took too long. Please try again.
error-login-again = Sign out and in again
error-request = Request number:
