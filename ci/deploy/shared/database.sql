-- The result store and its two users, for MySQL 5.7 or later and MariaDB; an administrator runs it, as often as
-- he likes. Passwords come from two variables of the session, so that none stands on a command line:
--
--   { printf "SET @pipeline_password = '%s', @api_password = '%s';\n" \
--       "$(cat pipeline_password)" "$(cat api_password)"; cat database.sql; } | mysql --user=root
--
-- Course and module ids differ by case and accent, so texts are compared byte for byte.

CREATE DATABASE IF NOT EXISTS reports CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Loads send their rows along. Keep it on over restarts, too: local_infile = ON in the server's settings.
SET @statement = IF(@@GLOBAL.local_infile, 'DO 0', 'SET GLOBAL local_infile = ON');
PREPARE switch_on FROM @statement;
EXECUTE switch_on;
DEALLOCATE PREPARE switch_on;

-- Who loads.
CREATE USER IF NOT EXISTS 'pipeline'@'%';
SET @statement = CONCAT('ALTER USER ''pipeline''@''%'' IDENTIFIED BY ', QUOTE(@pipeline_password));
PREPARE give_password FROM @statement;
EXECUTE give_password;
DEALLOCATE PREPARE give_password;
GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, ALTER, INDEX ON reports.* TO 'pipeline'@'%';

-- The Data API, which reads.
CREATE USER IF NOT EXISTS 'api'@'%';
SET @statement = CONCAT('ALTER USER ''api''@''%'' IDENTIFIED BY ', QUOTE(@api_password));
PREPARE give_password FROM @statement;
EXECUTE give_password;
DEALLOCATE PREPARE give_password;
GRANT SELECT ON reports.* TO 'api'@'%';
