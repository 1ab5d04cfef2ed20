# Started by machine translation; a translator has not read it yet.

# Course home.

question-enrollment = ¿Quiénes son mis estudiantes?
nav-activity-question = ¿Cuántos estudiantes hay en mi curso?
nav-age-question = ¿Qué edad tienen mis estudiantes?
nav-education-question = ¿Qué nivel educativo tienen mis estudiantes?
nav-gender-question = ¿Cómo se distribuyen mis estudiantes por género?
nav-geography-question = ¿Dónde están mis estudiantes?

facts-title = Información básica del curso
fact-id = ID del curso
tools-title = Herramientas externas
tool-instructor = Panel del instructor
tool-courseware = Contenido del curso
tool-studio = Studio
status-not-started = Sin comenzar
status-in-progress = En progreso
status-ended = Finalizado
change-vs-week = { $change } respecto a hace 7 días
