# Started by machine translation; a translator has not read it yet.

# The performance lens.

question-performance = ¿Cómo les va a los estudiantes en las tareas del curso?
nav-graded-question = ¿Cómo les va a los estudiantes en las tareas calificadas del curso?
nav-ungraded-question = ¿Cómo les va a los estudiantes en los ejercicios no calificados?
nav-outcomes-question = ¿Cómo se desglosan los resultados de aprendizaje del curso?

responses-question = ¿Cómo respondió cada estudiante a cada problema?

policy-title = Política de calificación
policy-summary = Cuánto vale cada tipo de tarea. Cada uno lleva a sus tareas.

submissions-summary = { $share } de los envíos es correcto.
submissions-chart = { $count ->
    [one] 1 barra.
   *[other] { $count } barras, de la primera a la última en el orden del curso.
 } En total, { $share } de los envíos es correcto.
nothing-policy = El curso no tiene política de calificación, o la plataforma de aprendizaje no conoce ninguna.
nothing-assignments = Nadie ha enviado nada en estas tareas todavía.
nothing-problems = Nadie ha enviado nada en estos ejercicios todavía.
nothing-outcomes = Ningún problema de este curso está etiquetado con un resultado de aprendizaje, o nadie ha intentado uno todavía.

average-correct = Promedio de correctos
average-incorrect = Promedio de incorrectos
correct = Correcto
incorrect = Incorrecto
column-assignment = Nombre de la tarea
column-problem = Nombre del problema
column-problems = Problemas
column-outcome = Nombre del resultado
column-difficulty = Dificultad
column-average-submissions = Promedio de envíos por problema
column-total = Total
column-percentage-correct = Porcentaje de correctos

answers-title = Envíos
answers-title-text = Envíos: { $text }
answers-title-part = Envíos de la parte { $part }
answers-title-part-text = Envíos de la parte { $part }: { $text }
answers-table = Recuento de envíos
answers-chart = Respuestas más frecuentes: { $count }, comenzando por la más frecuente, con { $most }. Envíos correctos: { $right }.
answers-random = Los estudiantes reciben versiones distintas de este problema, por lo que sus respuestas no se pueden dibujar lado a lado. La tabla indica la versión de cada una.
answer-is = Respuesta: { $text }
column-answer = Respuesta
column-variant = Variante
column-submissions = Número de envíos
