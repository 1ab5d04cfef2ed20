# Started by machine translation; a translator has not read it yet.

# The frame around every page, and words that many pages share.

skip = انتقل إلى المحتوى الرئيسي
menu = فتح التنقّل
menu-for = قائمة
navigation = تقارير المساق
crumbs = موقعك الحالي
find-course = البحث عن مساق
help = المساعدة
support = الاتصال بالدعم
logout = تسجيل الخروج
login = تسجيل الدخول
retry = حاول مجددًا
outdated = تعذّر طلب بعض الأرقام الآن. تُعرض آخر الأرقام المعروفة.
read-more = اقرأ المزيد

theme = الألوان
theme-system = حسب نظامي
theme-light = فاتح
theme-dark = داكن

nav-courses = المساقات
nav-course-home = صفحة المساق
nav-enrollment = التسجيل
nav-activity = النشاط
nav-demographics = الخصائص السكانية
nav-age = العمر
nav-education = التعليم
nav-gender = الجنس
nav-geography = الجغرافيا
nav-engagement = التفاعل
nav-content = المحتوى
nav-videos = مقاطع الفيديو
nav-performance = الأداء
nav-graded = المحتوى المقيَّم
nav-ungraded = المسائل غير المقيَّمة
nav-outcomes = مخرجات التعلّم

section-metrics = الأرقام الرئيسية
section-charts = الرسوم البيانية
download-csv = تنزيل CSV
save-chart-svg = حفظ الرسم البياني بصيغة SVG
save-chart-png = حفظ الرسم البياني بصيغة PNG
copy-link = نسخ الرابط
link-copied = تم نسخ الرابط
about-chart = عن هذا الرسم البياني
what-is = ما معنى «{ $term }»؟
no-data = لا توجد بيانات
total = المجموع
unknown = غير معروف
choose-range = نطاق الأيام
choose-bins = عرض الأشرطة
range-all = جميع الأيام
range-12w = 12 أسبوعًا
range-4w = 4 أسابيع

freshness = البيانات حتى { $day }، آخر تحديث { $moment }
freshness-day = البيانات حتى { $day }
freshness-moment = آخر تحديث { $moment }
updated-engagement = آخر تحديث لبيانات التفاعل في المساق: { $moment }.
updated-problems = آخر تحديث لبيانات الإجابات المقدَّمة عن المسائل: { $moment }.
updated-tags = آخر تحديث لبيانات توزيع الوسوم: { $moment }.
updated-videos = آخر تحديث لبيانات الفيديو: { $moment }.
updated-summaries = آخر تحديث لبيانات ملخّصات المساقات: { $moment }.
updated-enrollment = آخر تحديث لبيانات نشاط التسجيل: { $moment }.
updated-demographics = آخر تحديث للبيانات السكانية للمتعلّمين: { $moment }.
updated-geography = آخر تحديث للبيانات الجغرافية للمتعلّمين: { $moment }.
self-reported = جميعها ممّا ذكره المتعلّمون عن أنفسهم عند إنشاء حساباتهم.

table-status = { $rows ->
    [zero] لا صفوف
    [one] صف واحد
    [two] صفّان
    [few] { $rows } صفوف
    [many] { $rows } صفًّا
   *[other] { $rows } صف
 }، الصفحة { $page } من { $pages }، الترتيب حسب { $column }، { $order ->
    [asc] تصاعديًا
   *[desc] تنازليًا
 }
table-sizes = عدد الصفوف في الصفحة
table-pages = صفحات { $title }
table-page = الصفحة { $page }
table-previous = السابق
table-next = التالي
table-odd = يطلب العنوان شيئًا غير موجود في هذا الجدول، لذلك يُعرض الجدول من بدايته.
table-reset = عرض الجدول الأصلي

axis-day = اليوم (UTC)
axis-learners = المتعلّمون
axis-week = نهاية الأسبوع (الأحد، UTC)
axis-viewers = المشاهدون
axis-average-viewers = متوسط عدد مشاهدي الفيديو
axis-views = المشاهدات
axis-submissions = الإجابات المقدَّمة
axis-average-submissions = متوسط عدد الإجابات المقدَّمة عن المسألة
axis-video-time = الوقت في الفيديو (دقائق:ثوانٍ)
axis-age = العمر بالسنوات
axis-percent = النسبة المئوية
axis-percent-known = النسبة المئوية من المتعلّمين الذين أجابوا
axis-percent-all = النسبة المئوية من جميع المتعلّمين
column-date = التاريخ
column-learners = عدد المتعلّمين

missing-empty-title = لا يوجد ما يُعرض هنا بعد
missing-empty = لا توجد لدى واجهة البيانات أرقام من هذا النوع للمساق. ستظهر بعد أول عملية حساب ليلية تجد متعلّمين لعدّهم.
missing-lms = لم تذكر منصّة التعلّم مكوّنات المساق. لا تتأثر بقية الصفحة بذلك.
missing-outline = لا تعرف منصّة التعلّم مخططًا لهذا المساق.
missing-why = لماذا قد تغيب الأرقام؟
missing-title = تعذّر تحميل هذه الأرقام
missing-slow = استغرق ردّ واجهة البيانات وقتًا أطول من اللازم. لا تتأثر بقية الصفحة بذلك.
missing-down = تعذّر الوصول إلى واجهة البيانات حاليًا. لا تتأثر بقية الصفحة بذلك.
missing-refused = رفضت واجهة البيانات طلب هذا الموقع. قد تفيد المحاولة مجددًا بعد دقيقة؛ وإلا فأبلغ مشغّلي هذا الموقع.
missing-nonsense = ردّ واجهة البيانات لا معنى له، لذلك لا يُعرض. يُرجى إبلاغ مشغّلي هذا الموقع.

drill-section = القسم
drill-subsection = القسم الفرعي
drill-video = الفيديو
drill-select-section = اختر قسمًا
drill-select-subsection = اختر قسمًا فرعيًا
drill-select-video = اختر مقطع فيديو
drill-all-sections = جميع الأقسام
drill-type = نوع الواجب
drill-assignment = الواجب
drill-problem = المسألة
drill-question = السؤال
drill-outcome = مخرَج التعلّم
drill-select-type = اختر نوع واجب
drill-select-assignment = اختر واجبًا
drill-select-problem = اختر مسألة
drill-select-question = اختر سؤالًا
drill-select-outcome = اختر مخرَجًا
drill-all-types = جميع أنواع الواجبات
drill-all-outcomes = جميع المخرجات
drill-no-figures = (لا أرقام)
drill-previous = السابق
drill-next = التالي
view-live = عرض في المساق
preview = عرضه هنا
empty = (فارغ)
removed-from-course = محذوف من المساق
removed-note = «محذوف من المساق» يجمع ما استُخدم سابقًا ولم يعد في المخطط.
no-outline = لم تذكر منصّة التعلّم مخطط المساق، لذلك تُعرض الأسماء والترتيب كما في السجلات.
column-order = الترتيب
column-completion = نسبة الإكمال

language = اللغة
language-started = { $name } (قيد الترجمة)
percent = { $number }%
percent-below-one = أقل من 1%
axis-thousands = { $number } ألف
axis-millions = { $number } مليون
axis-billions = { $number } مليار
moment = { "\u200F" }{ $day }، { $time } UTC
clock-today = { "\u200F" }{ $time } UTC
clock-day = { "\u200F" }{ $day }، { $time } UTC

announcements = الإعلانات
announcements-none = لا توجد إعلانات الآن.
announcement-hide = إخفاء
