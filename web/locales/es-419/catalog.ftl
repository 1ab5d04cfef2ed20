# Started by machine translation; a translator has not read it yet.

# The course index.

catalog-title = Cursos
catalog-cards = En el conjunto de los cursos listados abajo
catalog-filters = Buscar y filtrar cursos
catalog-search = Buscar por título o ID
catalog-apply = Mostrar
catalog-results = Número de resultados: { $count }
catalog-results-csv = Descargar estos resultados
catalog-active = Filtros activos
catalog-remove = Quitar el filtro { $filter }
catalog-clear = Borrar
catalog-none = Ningún curso coincide. Pruebe con otras palabras o borre los filtros.
catalog-table = Cursos
programs-missing = No se pudo cargar la lista de programas, por lo que no hay filtro para ellos.

filter-availability = Disponibilidad
filter-pacing = Tipo de ritmo
filter-program = Programas
availability-archived = Archivado
availability-current = Actual
availability-upcoming = Próximo
availability-unknown = Desconocida
pacing-instructor = Al ritmo del instructor
pacing-instructor-paced = Al ritmo del instructor
pacing-self = A su propio ritmo
pacing-self-paced = A su propio ritmo

column-course = Nombre del curso
column-start = Fecha de inicio
column-end = Fecha de finalización
no-date = sin fecha
column-change = Cambio en la última semana

programs = Programas
programs-all = Cuánto suma cada programa
programs-summary = Cuánto suman, programa por programa, los cursos que usted puede ver. Cada uno lleva a sus cursos.
programs-table = Programas
column-program = Programa
column-courses = Cursos
nothing-programs = Ninguno de sus cursos forma parte de un programa, o el catálogo aún no lo ha indicado.
