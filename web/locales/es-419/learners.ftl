# Started by machine translation; a translator has not read it yet.

# The learners' lens.

question-learners = ¿Cómo le va a cada estudiante?
nav-learners = Estudiantes
nav-roster = Lista de estudiantes
nav-learners-question = ¿Quién participa en mi curso y quién no?

roster-filters = Buscar y filtrar estudiantes
roster-search = Nombre, nombre de usuario o correo electrónico
roster-cohort = Cohortes
roster-track = Rutas de inscripción
roster-segment = Segmentos
roster-all = Todos
roster-hide-inactive = Ocultar estudiantes inactivos
roster-inactive-hidden = Los estudiantes inactivos están ocultos
roster-help = Qué significan los segmentos y las marcas
roster-results = { $count ->
    [one] 1 estudiante
   *[other] { $count } estudiantes
 }
roster-days = Actividad entre el { $first } y el { $last }.
roster-none = Ningún estudiante coincide. Pruebe con otra búsqueda o borre los filtros.
roster-table = Estudiantes
roster-columns = Columnas
roster-column-hide = Ocultar
roster-column-show = Mostrar
updated-learners = La lista de estudiantes se generó por última vez el { $day }.
column-learner = Nombre (nombre de usuario)
segment-highly-engaged = Muy participativo
segment-disengaging = Perdiendo interés
segment-struggling = Con dificultades
segment-inactive = Inactivo
segment-unenrolled = Retirado
rank-low = bajo
rank-high = alto
not-applicable = N/A

learner-back = Volver a Estudiantes
learner-mail = Escribir un correo electrónico
learner-table = Actividad diaria
learner-chart = Qué hizo el estudiante cada día, del { $first } al { $last }.
term-discussion-contributions = Aportes a las discusiones
term-daily-problems-correct = Problemas correctos
term-daily-videos-viewed = Videos vistos
axis-activities = Actividades
nothing-learner = Aún no hay nada de este estudiante: la lista se rehace una vez por semana y cada noche se agregan días. Vuelva a consultar a diario.
