# Started by machine translation; a translator has not read it yet.

# The course index.

catalog-title = المساقات
catalog-cards = في مجموع المساقات المدرجة أدناه
catalog-filters = البحث في المساقات وتصفيتها
catalog-search = ابحث في العناوين والمعرّفات
catalog-apply = عرض
catalog-results = عدد النتائج: { $count }
catalog-results-csv = تنزيل هذه النتائج
catalog-active = عوامل التصفية المطبّقة
catalog-remove = إزالة عامل التصفية { $filter }
catalog-clear = مسح
catalog-none = لا توجد مساقات مطابقة. جرّب كلمات أخرى أو امسح عوامل التصفية.
catalog-table = المساقات
programs-missing = تعذّر تحميل قائمة البرامج، لذلك لا يوجد عامل تصفية لها.

filter-availability = الإتاحة
filter-pacing = نوع الوتيرة
filter-program = البرامج
availability-archived = مؤرشف
availability-current = حالي
availability-upcoming = قادم
availability-unknown = غير معروفة
pacing-instructor = بوتيرة المعلّم
pacing-instructor-paced = بوتيرة المعلّم
pacing-self = بوتيرة ذاتية
pacing-self-paced = بوتيرة ذاتية

column-course = اسم المساق
column-start = تاريخ البدء
column-end = تاريخ الانتهاء
no-date = بلا تاريخ
column-change = التغيّر في الأسبوع الماضي

programs = البرامج
programs-all = مجموع كل برنامج
programs-summary = مجموع المساقات التي يمكنك رؤيتها، برنامجًا برنامجًا. يقود كل برنامج إلى مساقاته.
programs-table = البرامج
column-program = البرنامج
column-courses = المساقات
nothing-programs = لا ينتمي أيٌّ من مساقاتك إلى برنامج، أو لم يذكره الدليل بعد.
