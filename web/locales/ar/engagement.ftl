# Started by machine translation; a translator has not read it yet.

# The engagement lens.

question-engagement = ماذا يفعل المتعلّمون في مساقي؟
nav-content-question = كم عدد المتعلّمين المتفاعلين مع مساقي؟
nav-videos-question = كيف تفاعل المتعلّمون مع مقاطع الفيديو في المساق؟

content-summary = { $known ->
    [yes] { $count ->
        [zero] لم ينشط أي متعلّم في الأسبوع المنتهي في { $day }: { $share } من المسجّلين.
        [one] نشط متعلّم واحد في الأسبوع المنتهي في { $day }: { $share } من المسجّلين.
        [two] نشط متعلّمان في الأسبوع المنتهي في { $day }: { $share } من المسجّلين.
        [few] نشط { $count } متعلّمين في الأسبوع المنتهي في { $day }: { $share } من المسجّلين.
        [many] نشط { $count } متعلّمًا في الأسبوع المنتهي في { $day }: { $share } من المسجّلين.
       *[other] نشط { $count } متعلّم في الأسبوع المنتهي في { $day }: { $share } من المسجّلين.
     }
   *[no] { $count ->
        [zero] لم ينشط أي متعلّم في الأسبوع المنتهي في { $day }.
        [one] نشط متعلّم واحد في الأسبوع المنتهي في { $day }.
        [two] نشط متعلّمان في الأسبوع المنتهي في { $day }.
        [few] نشط { $count } متعلّمين في الأسبوع المنتهي في { $day }.
        [many] نشط { $count } متعلّمًا في الأسبوع المنتهي في { $day }.
       *[other] نشط { $count } متعلّم في الأسبوع المنتهي في { $day }.
     }
 }
content-chart = المتعلّمون النشطون حسب الأسبوع، من الأسبوع المنتهي في { $first } إلى الأسبوع المنتهي في { $last } الذي بلغ عددهم فيه { $now }. أكبر عدد كان في الأسبوع المنتهي في { $peak }: { $most }.
content-table = تفصيل التفاعل مع المحتوى
of-current-learners = { $share } من المتعلّمين الحاليين
week-ending = الأسبوع المنتهي في { $day }
column-week = نهاية الأسبوع
column-active-percent = النسبة من المتعلّمين الحاليين

videos-summary = { $share } من جميع المشاهدات بلغت نهاية الفيديو.
videos-chart = { $count ->
    [zero] لا أشرطة.
    [one] شريط واحد.
    [two] شريطان، من الأول إلى الأخير بترتيب المساق.
    [few] { $count } أشرطة، من الأول إلى الأخير بترتيب المساق.
    [many] { $count } شريطًا، من الأول إلى الأخير بترتيب المساق.
   *[other] { $count } شريط، من الأول إلى الأخير بترتيب المساق.
 } إجمالًا، { $share } من المشاهدات بلغت النهاية.
nothing-videos = لم يشاهد أحد مقطع فيديو هنا بعد. ستظهر الأرقام بعد أول عملية حساب ليلية تجد مشاهدين.
average-complete-views = متوسط المشاهدات الكاملة
average-incomplete-views = متوسط المشاهدات غير الكاملة
complete-views = المشاهدات الكاملة
incomplete-views = المشاهدات غير الكاملة
column-section = اسم القسم
column-subsection = اسم القسم الفرعي
column-video = اسم الفيديو
column-videos = مقاطع الفيديو

timeline-summary = { $share } من المشاهدين رأوا النهاية. يبدأ الجزء الأكثر مشاهدةً عند { $time }.
timeline-chart = مشاهدات كل جزء من الفيديو: عدد المشاهدين { $first } في البداية و{ $last } في النهاية. أكثر المشاهدات، وعددها { $most }، للجزء الواقع عند { $time }.
unique-viewers = المشاهدون بلا تكرار
replays = الإعادات
column-time = الوقت
