# Started by machine translation; a translator has not read it yet.

# The first page.

landing-title = Vea cómo va su curso
landing-lead = Quién se inscribe, quién permanece, qué ven y dónde tienen dificultades: cada cifra explicada y actualizada cada noche.
landing-enrollment = Inscripción
landing-enrollment-question = ¿Quiénes son mis estudiantes?
landing-enrollment-text = Observe cómo crecen las inscripciones día a día y conozca edades, educación y género, para escribir pensando en quienes están ahí.
landing-engagement = Participación
landing-engagement-question = ¿Qué están haciendo?
landing-engagement-text = Descubra qué semanas mantienen activos a los estudiantes, qué videos terminan y cuáles retroceden.
landing-performance = Desempeño
landing-performance-question = ¿Qué tan bien comprenden?
landing-performance-text = Encuentre los problemas en los que falla la mayoría y las respuestas incorrectas que le dicen por qué.
landing-community = Únase a la comunidad de código abierto
landing-help = Qué significa cada cifra
landing-research = Investigación con datos de cursos

sign-out-title = ¿Cerrar sesión?
sign-out-text = Su sesión termina aquí y en la plataforma de aprendizaje.
