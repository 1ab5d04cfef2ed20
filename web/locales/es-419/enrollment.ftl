# Started by machine translation; a translator has not read it yet.

# Enrollment: activity, demographics and geography.

mode-honor = Honor
mode-audit = Gratuito sin certificado
mode-verified = Verificado
mode-professional = Profesional
mode-credit = Verificado con créditos
mode-masters = Maestría

activity-summary = { $count ->
    [one] Hay 1 estudiante inscrito.
   *[other] Hay { $count } estudiantes inscritos.
 }
activity-summary-same = { $count ->
    [one] Hay 1 estudiante inscrito, igual que hace 7 días.
   *[other] Hay { $count } estudiantes inscritos, igual que hace 7 días.
 }
activity-summary-more = { $count ->
    [one] Hay 1 estudiante inscrito, { $change } más que hace 7 días.
   *[other] Hay { $count } estudiantes inscritos, { $change } más que hace 7 días.
 }
activity-summary-fewer = { $count ->
    [one] Hay 1 estudiante inscrito, { $change } menos que hace 7 días.
   *[other] Hay { $count } estudiantes inscritos, { $change } menos que hace 7 días.
 }
activity-chart = Del { $first } al { $last }, las inscripciones pasaron de { $from } a { $to }; el máximo se alcanzó el { $peak }, con { $most }. La tabla de abajo contiene todos los días.
activity-table = Inscripciones a lo largo del tiempo
change-unknown = se conoce tras 8 días de datos
change-none = ▬ igual que hace 7 días
change-up = ▲ más que hace 7 días
change-down = ▼ menos que hace 7 días

known-share = Respondió { $share } de los estudiantes ({ $known } de { $total }).
base-all = de todos los estudiantes
base-known-age = de los estudiantes que indicaron su año de nacimiento
base-known-education = de los estudiantes que indicaron su nivel
column-percent-all = Porcentaje del total
column-percent-known = Porcentaje de quienes indicaron su nivel

age-summary = La mitad de los estudiantes tiene { $median } años o menos; { $known } de { $total } indicaron su año de nacimiento.
age-summary-unknown = Ningún estudiante indicó un año de nacimiento utilizable.
age-chart-about = Edades de { $known } estudiantes; la más frecuente es { $age }, con { $most } estudiantes. La tabla de abajo contiene todas las edades.
age-bins-5 = 5 años
age-bins-1 = Año por año
age-table = Desglose por edad
column-age = Edad

education-summary = { $share } de los { $known } estudiantes que indicaron su nivel tiene un título de pregrado o de posgrado.
education-summary-unknown = Ningún estudiante indicó su nivel educativo.
education-chart-about = El nivel más frecuente es { $level }, con { $share }. La tabla de abajo contiene todos los niveles.
education-table = Formación académica
column-education = Formación académica
education-level-none = Ninguno
education-level-primary = Primaria
education-level-junior-secondary = Secundaria básica
education-level-secondary = Secundaria
education-level-associates = Técnico-profesional
education-level-bachelors = Licenciatura
education-level-masters = Maestría
education-level-doctorate = Doctorado
education-level-other = Otro

gender-female = Femenino
gender-male = Masculino
gender-other = Otro
gender-not-reported = Sin indicar
gender-summary = De los { $known } estudiantes que respondieron, { $female } son mujeres, { $male } son hombres y { $other } indicaron otro género.
gender-summary-unknown = Ningún estudiante ha indicado su género.
gender-time-about = Proporción de género femenino, masculino, otro y sin indicar, del { $first } al { $last }. La tabla de abajo contiene todos los días.
gender-table = Distribución por género a lo largo del tiempo

unknown-country = País desconocido
geography-summary = { $country } es donde hay más estudiantes, { $share } del total; { $countries ->
    [one] está representado 1 país o región.
   *[other] están representados { $countries } países o regiones.
 }
geography-summary-unknown = No se conoce el país de ningún estudiante.
geography-map-about = { $countries ->
    [one] Los estudiantes provienen de 1 país o región
   *[other] Los estudiantes provienen de { $countries } países o regiones
 }; el grupo más numeroso es el de { $country }, con { $most }. La tabla de abajo contiene todos los países.
geography-map-unknown = Mapa sin datos: no se conoce el país de ningún estudiante.
geography-top-about = El primero es { $country }, con { $most }; el último, { $last }, con { $least }. La tabla de abajo contiene todos los países.
geography-note-unknown = No se conoce el país de { $unknown } de { $total } estudiantes.
geography-note-small = { $count ->
    [one] 1 país o región es demasiado pequeño para el mapa, pero figura en la tabla.
   *[other] { $count } países o regiones son demasiado pequeños para el mapa, pero figuran en la tabla.
 }
geography-tip = { $country }: { $count } ({ $share })
geography-table = Desglose geográfico
share-of-learners = { $share } de los estudiantes
no-learners = Sin estudiantes
column-country = País o región
column-percent = Porcentaje
