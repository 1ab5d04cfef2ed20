# Started by machine translation; a translator has not read it yet.

# The frame around every page, and words that many pages share.

skip = Ir al contenido principal
menu = Abrir la navegación
menu-for = Menú de
navigation = Reportes del curso
crumbs = Ubicación actual
find-course = Buscar un curso
help = Ayuda
support = Contactar a soporte
logout = Cerrar sesión
login = Iniciar sesión
retry = Intentar de nuevo
outdated = Algunos datos no se pudieron consultar en este momento. Se muestran los últimos conocidos.
read-more = Leer más

theme = Colores
theme-system = Según mi sistema
theme-light = Claro
theme-dark = Oscuro

nav-courses = Cursos
nav-course-home = Inicio del curso
nav-enrollment = Inscripción
nav-activity = Actividad
nav-demographics = Demografía
nav-age = Edad
nav-education = Educación
nav-gender = Género
nav-geography = Geografía
nav-engagement = Participación
nav-content = Contenido
nav-videos = Videos
nav-performance = Desempeño
nav-graded = Contenido calificado
nav-ungraded = Problemas no calificados
nav-outcomes = Resultados de aprendizaje

section-metrics = Cifras clave
section-charts = Gráficos
download-csv = Descargar CSV
save-chart-svg = Guardar el gráfico como SVG
save-chart-png = Guardar el gráfico como PNG
copy-link = Copiar el enlace
link-copied = Enlace copiado
about-chart = Acerca de este gráfico
what-is = ¿Qué es “{ $term }”?
no-data = Sin datos
total = Total
unknown = Desconocido
choose-range = Rango de días
choose-bins = Ancho de las barras
range-all = Todos los días
range-12w = 12 semanas
range-4w = 4 semanas

freshness = Datos hasta el { $day }, actualización: { $moment }
freshness-day = Datos hasta el { $day }
freshness-moment = Actualización: { $moment }
updated-engagement = Última actualización de los datos de participación en el curso: { $moment }.
updated-problems = Última actualización de los datos de envíos a problemas: { $moment }.
updated-tags = Última actualización de los datos de distribución de etiquetas: { $moment }.
updated-videos = Última actualización de los datos de videos: { $moment }.
updated-summaries = Última actualización de los datos de resumen de los cursos: { $moment }.
updated-enrollment = Última actualización de los datos de actividad de inscripción: { $moment }.
updated-demographics = Última actualización de los datos demográficos de los estudiantes: { $moment }.
updated-geography = Última actualización de los datos geográficos de los estudiantes: { $moment }.
self-reported = Los propios estudiantes indicaron todos estos datos al registrarse.

table-status = { $rows ->
    [one] 1 fila
   *[other] { $rows } filas
 }, página { $page } de { $pages }, orden por { $column }, { $order ->
    [asc] ascendente
   *[desc] descendente
 }
table-sizes = Filas por página
table-pages = Páginas de { $title }
table-page = Página { $page }
table-previous = Anterior
table-next = Siguiente
table-odd = La dirección pide algo que esta tabla no tiene, por lo que se muestra desde el principio.
table-reset = Mostrar la tabla sin ajustes

axis-day = Día (UTC)
axis-learners = Estudiantes
axis-week = Fin de la semana (domingo, UTC)
axis-viewers = Espectadores
axis-average-viewers = Espectadores por video, en promedio
axis-views = Visualizaciones
axis-submissions = Envíos
axis-average-submissions = Envíos por problema, en promedio
axis-video-time = Tiempo en el video (minutos:segundos)
axis-age = Edad en años
axis-percent = Porcentaje
axis-percent-known = Porcentaje de los estudiantes que respondieron
axis-percent-all = Porcentaje de todos los estudiantes
column-date = Fecha
column-learners = Número de estudiantes

missing-empty-title = Aún no hay nada que mostrar
missing-empty = La API de datos no tiene cifras de este tipo para el curso. Aparecerán tras el próximo cálculo nocturno que encuentre estudiantes que contar.
missing-lms = La plataforma de aprendizaje no informó en qué consiste el curso. El resto de la página no se ve afectado.
missing-outline = La plataforma de aprendizaje no conoce ningún esquema de este curso.
missing-why = ¿Por qué podrían faltar datos?
missing-title = No se pudieron cargar estos datos
missing-slow = La API de datos tardó demasiado en responder. El resto de la página no se ve afectado.
missing-down = No se puede acceder a la API de datos en este momento. El resto de la página no se ve afectado.
missing-refused = La API de datos rechazó la solicitud de este sitio. Intentarlo de nuevo en un minuto puede servir; si no es así, avise a los operadores de este sitio.
missing-nonsense = La respuesta de la API de datos no tiene sentido, por lo que no se muestra. Avise a los operadores de este sitio.

drill-section = Sección
drill-subsection = Subsección
drill-video = Video
drill-select-section = Seleccione una sección
drill-select-subsection = Seleccione una subsección
drill-select-video = Seleccione un video
drill-all-sections = Todas las secciones
drill-type = Tipo de tarea
drill-assignment = Tarea
drill-problem = Problema
drill-question = Pregunta
drill-outcome = Resultado de aprendizaje
drill-select-type = Seleccione un tipo de tarea
drill-select-assignment = Seleccione una tarea
drill-select-problem = Seleccione un problema
drill-select-question = Seleccione una pregunta
drill-select-outcome = Seleccione un resultado
drill-all-types = Todos los tipos de tarea
drill-all-outcomes = Todos los resultados
drill-no-figures = (sin datos)
drill-previous = Anterior
drill-next = Siguiente
view-live = Ver en el curso
preview = Mostrarlo aquí
empty = (vacío)
removed-from-course = Eliminado del curso
removed-note = “Eliminado del curso” resume lo que se usó alguna vez y ya no está en el esquema.
no-outline = La plataforma de aprendizaje no informó el esquema del curso, por lo que los nombres y el orden son los de los registros.
column-order = Orden
column-completion = Porcentaje de finalización

language = Idioma
language-started = { $name } (en curso)
percent = { $number }%
percent-below-one = < 1%
axis-thousands = { $number } mil
axis-millions = { $number } M
axis-billions = { $number } mil M
moment = { $day }, { $time } UTC
clock-today = { $time } UTC
clock-day = { $day }, { $time } UTC

announcements = Anuncios
announcements-none = No hay anuncios por ahora.
announcement-hide = Ocultar
