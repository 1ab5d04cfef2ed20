# Started by machine translation; a translator has not read it yet.

# The first page.

landing-title = تعرّف على سير مساقك
landing-lead = من يسجّل ومن يستمر، وماذا يشاهدون وأين يتعثّرون: كل رقم مشروح ويُحدَّث كل ليلة.
landing-enrollment = التسجيل
landing-enrollment-question = من هم المتعلّمون في مساقي؟
landing-enrollment-text = تابع نمو التسجيل يومًا بيوم واطّلع على الأعمار والتعليم والجنس، لتكتب لمن هم في مساقك فعلًا.
landing-engagement = التفاعل
landing-engagement-question = ماذا يفعلون؟
landing-engagement-text = اعرف أي الأسابيع تُبقي المتعلّمين نشطين، وأي مقاطع الفيديو يكملونها وأيها يعيدونها.
landing-performance = الأداء
landing-performance-question = ما مدى فهمهم؟
landing-performance-text = اعثر على المسائل التي يخطئ فيها معظم المتعلّمين، والإجابات الخاطئة التي تخبرك بالسبب.
landing-community = انضم إلى مجتمع المصدر المفتوح
landing-help = معنى كل رقم
landing-research = البحث باستخدام بيانات المساقات

sign-out-title = هل تريد تسجيل الخروج؟
sign-out-text = تنتهي جلستك هنا وفي منصّة التعلّم.
