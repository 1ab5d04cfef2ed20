# Started by machine translation; a translator has not read it yet.

# Course home.

question-enrollment = من هم المتعلّمون في مساقي؟
nav-activity-question = كم عدد المتعلّمين في مساقي؟
nav-age-question = كم أعمار المتعلّمين في مساقي؟
nav-education-question = ما المستوى التعليمي للمتعلّمين في مساقي؟
nav-gender-question = كيف يتوزّع المتعلّمون في مساقي حسب الجنس؟
nav-geography-question = أين يوجد المتعلّمون في مساقي؟

facts-title = المعلومات الأساسية للمساق
fact-id = معرّف المساق
tools-title = أدوات خارجية
tool-instructor = لوحة معلومات المعلّم
tool-courseware = مواد المساق
tool-studio = Studio
status-not-started = لم يبدأ بعد
status-in-progress = جارٍ
status-ended = انتهى
change-vs-week = { $change } مقارنةً بما قبل 7 أيام
