# Started by machine translation; a translator has not read it yet.

# The engagement lens.

question-engagement = ¿Qué hacen los estudiantes en mi curso?
nav-content-question = ¿Cuántos estudiantes interactúan con mi curso?
nav-videos-question = ¿Cómo interactuaron los estudiantes con los videos del curso?

content-summary = { $known ->
    [yes] { $count ->
        [one] 1 estudiante estuvo activo en la semana que terminó el { $day }: { $share } de los inscritos.
       *[other] { $count } estudiantes estuvieron activos en la semana que terminó el { $day }: { $share } de los inscritos.
     }
   *[no] { $count ->
        [one] 1 estudiante estuvo activo en la semana que terminó el { $day }.
       *[other] { $count } estudiantes estuvieron activos en la semana que terminó el { $day }.
     }
 }
content-chart = Estudiantes activos por semana, desde la que terminó el { $first } hasta la que terminó el { $last }, en la que hubo { $now } activos. El máximo se dio en la semana que terminó el { $peak }: { $most }.
content-table = Desglose de la participación en el contenido
of-current-learners = { $share } de los estudiantes actuales
week-ending = Semana que terminó el { $day }
column-week = Fin de la semana
column-active-percent = Porcentaje de los estudiantes actuales

videos-summary = { $share } de todas las visualizaciones llegó al final del video.
videos-chart = { $count ->
    [one] 1 barra.
   *[other] { $count } barras, de la primera a la última en el orden del curso.
 } En total, { $share } de las visualizaciones llegó al final.
nothing-videos = Nadie ha visto un video aquí todavía. Los datos aparecerán tras el próximo cálculo nocturno que encuentre espectadores.
average-complete-views = Promedio de visualizaciones completas
average-incomplete-views = Promedio de visualizaciones incompletas
complete-views = Visualizaciones completas
incomplete-views = Visualizaciones incompletas
column-section = Nombre de la sección
column-subsection = Nombre de la subsección
column-video = Nombre del video
column-videos = Videos

timeline-summary = { $share } de los espectadores vio el final. La parte más vista comienza en { $time }.
timeline-chart = Visualizaciones de cada parte del video: { $first } espectadores al comienzo, { $last } al final. La parte con más visualizaciones, { $most }, está en { $time }.
unique-viewers = Espectadores únicos
replays = Repeticiones
column-time = Tiempo
