# Started by machine translation; a translator has not read it yet.

# The learners' lens.

question-learners = كيف أداء كل متعلّم؟
nav-learners = المتعلّمون
nav-roster = قائمة المتعلّمين
nav-learners-question = من يتفاعل مع مساقي ومن لا يتفاعل؟

roster-filters = البحث عن المتعلّمين وتصفيتهم
roster-search = الاسم أو اسم المستخدم أو البريد الإلكتروني
roster-cohort = الأفواج
roster-track = مسارات التسجيل
roster-segment = الشرائح
roster-all = الكل
roster-hide-inactive = إخفاء المتعلّمين غير النشطين
roster-inactive-hidden = المتعلّمون غير النشطين مخفيّون
roster-help = معنى الشرائح والعلامات
roster-results = { $count ->
    [zero] لا متعلّمين
    [one] متعلّم واحد
    [two] متعلّمان
    [few] { $count } متعلّمين
    [many] { $count } متعلّمًا
   *[other] { $count } متعلّم
 }
roster-days = النشاط بين { $first } و{ $last }.
roster-none = لا يوجد متعلّم مطابق. جرّب بحثًا آخر أو امسح عوامل التصفية.
roster-table = المتعلّمون
roster-columns = الأعمدة
roster-column-hide = إخفاء
roster-column-show = إظهار
updated-learners = آخر إنشاء لقائمة المتعلّمين كان في { $day }.
column-learner = الاسم (اسم المستخدم)
segment-highly-engaged = شديد التفاعل
segment-disengaging = يتراجع تفاعله
segment-struggling = متعثّر
segment-inactive = غير نشط
segment-unenrolled = ألغى تسجيله
rank-low = منخفض
rank-high = مرتفع
not-applicable = لا ينطبق

learner-back = العودة إلى المتعلّمين
learner-mail = كتابة رسالة بريد إلكتروني
learner-table = النشاط اليومي
learner-chart = ما فعله المتعلّم كل يوم من { $first } إلى { $last }.
term-discussion-contributions = المساهمات في النقاشات
term-daily-problems-correct = المسائل الصحيحة
term-daily-videos-viewed = مقاطع الفيديو المُشاهَدة
axis-activities = الأنشطة
nothing-learner = لا يوجد شيء عن هذا المتعلّم بعد: تُنشأ القائمة من جديد مرة كل أسبوع، وتُضاف الأيام كل ليلة. عُد للاطلاع يوميًا.
