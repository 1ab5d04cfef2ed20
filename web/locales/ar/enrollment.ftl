# Started by machine translation; a translator has not read it yet.

# Enrollment: activity, demographics and geography.

mode-honor = فخري
mode-audit = مستمع
mode-verified = موثّق
mode-professional = مهني
mode-credit = موثّق مع ساعات معتمدة
mode-masters = ماجستير

activity-summary = { $count ->
    [zero] لا يوجد متعلّمون مسجّلون.
    [one] يوجد متعلّم مسجّل واحد.
    [two] يوجد متعلّمان مسجّلان.
    [few] يوجد { $count } متعلّمين مسجّلين.
    [many] يوجد { $count } متعلّمًا مسجّلًا.
   *[other] يوجد { $count } متعلّم مسجّل.
 }
activity-summary-same = { $count ->
    [zero] لا يوجد متعلّمون مسجّلون، كما كان قبل 7 أيام.
    [one] يوجد متعلّم مسجّل واحد، كما كان قبل 7 أيام.
    [two] يوجد متعلّمان مسجّلان، كما كان قبل 7 أيام.
    [few] يوجد { $count } متعلّمين مسجّلين، كما كان قبل 7 أيام.
    [many] يوجد { $count } متعلّمًا مسجّلًا، كما كان قبل 7 أيام.
   *[other] يوجد { $count } متعلّم مسجّل، كما كان قبل 7 أيام.
 }
activity-summary-more = { $count ->
    [zero] لا يوجد متعلّمون مسجّلون، بزيادة { $change } عمّا كان قبل 7 أيام.
    [one] يوجد متعلّم مسجّل واحد، بزيادة { $change } عمّا كان قبل 7 أيام.
    [two] يوجد متعلّمان مسجّلان، بزيادة { $change } عمّا كان قبل 7 أيام.
    [few] يوجد { $count } متعلّمين مسجّلين، بزيادة { $change } عمّا كان قبل 7 أيام.
    [many] يوجد { $count } متعلّمًا مسجّلًا، بزيادة { $change } عمّا كان قبل 7 أيام.
   *[other] يوجد { $count } متعلّم مسجّل، بزيادة { $change } عمّا كان قبل 7 أيام.
 }
activity-summary-fewer = { $count ->
    [zero] لا يوجد متعلّمون مسجّلون، بنقصان { $change } عمّا كان قبل 7 أيام.
    [one] يوجد متعلّم مسجّل واحد، بنقصان { $change } عمّا كان قبل 7 أيام.
    [two] يوجد متعلّمان مسجّلان، بنقصان { $change } عمّا كان قبل 7 أيام.
    [few] يوجد { $count } متعلّمين مسجّلين، بنقصان { $change } عمّا كان قبل 7 أيام.
    [many] يوجد { $count } متعلّمًا مسجّلًا، بنقصان { $change } عمّا كان قبل 7 أيام.
   *[other] يوجد { $count } متعلّم مسجّل، بنقصان { $change } عمّا كان قبل 7 أيام.
 }
activity-chart = من { $first } إلى { $last }، تغيّر عدد المسجّلين من { $from } إلى { $to }؛ وبلغ أعلاه في { $peak } وهو { $most }. يضم الجدول أدناه جميع الأيام.
activity-table = التسجيل عبر الزمن
change-unknown = يُعرف بعد توفّر بيانات 8 أيام
change-none = ▬ دون تغيّر عمّا قبل 7 أيام
change-up = ▲ أكثر ممّا قبل 7 أيام
change-down = ▼ أقل ممّا قبل 7 أيام

known-share = أجاب { $share } من المتعلّمين ({ $known } من { $total }).
base-all = من جميع المتعلّمين
base-known-age = من المتعلّمين الذين ذكروا سنة ميلادهم
base-known-education = من المتعلّمين الذين ذكروا مستواهم
column-percent-all = النسبة من المجموع
column-percent-known = النسبة ممّن ذكروا مستواهم

age-summary = أعمار نصف المتعلّمين { $median } أو أقل؛ وقد ذكر { $known } من أصل { $total } سنة ميلادهم.
age-summary-unknown = لم يذكر أي متعلّم سنة ميلاد صالحة للاستخدام.
age-chart-about = أعمار المتعلّمين الذين ذكروها وعددهم { $known }؛ العمر الأكثر شيوعًا هو { $age }، وعدد المتعلّمين فيه { $most }. يضم الجدول أدناه جميع الأعمار.
age-bins-5 = 5 سنوات
age-bins-1 = سنة بسنة
age-table = التوزيع حسب العمر
column-age = العمر

education-summary = من بين المتعلّمين الذين ذكروا مستواهم وعددهم { $known }، يحمل { $share } شهادة جامعية أو عليا.
education-summary-unknown = لم يذكر أي متعلّم مستواه التعليمي.
education-chart-about = المستوى الأكثر شيوعًا هو { $level } بنسبة { $share }. يضم الجدول أدناه جميع المستويات.
education-table = الخلفية التعليمية
column-education = الخلفية التعليمية
education-level-none = بلا تعليم رسمي
education-level-primary = ابتدائي
education-level-junior-secondary = إعدادي
education-level-secondary = ثانوي
education-level-associates = درجة زميل
education-level-bachelors = بكالوريوس
education-level-masters = ماجستير
education-level-doctorate = دكتوراه
education-level-other = غير ذلك

gender-female = أنثى
gender-male = ذكر
gender-other = غير ذلك
gender-not-reported = لم يُذكر
gender-summary = من بين المتعلّمين الذين أجابوا وعددهم { $known }: { $female } إناث و{ $male } ذكور و{ $other } غير ذلك.
gender-summary-unknown = لم يذكر أي متعلّم جنسه.
gender-time-about = نسب الإناث والذكور وغير ذلك ومن لم يذكروا من { $first } إلى { $last }. يضم الجدول أدناه جميع الأيام.
gender-table = التوزيع حسب الجنس عبر الزمن

unknown-country = دولة غير معروفة
geography-summary = أكبر عدد من المتعلّمين من { $country }، بنسبة { $share } من المجموع؛ { $countries ->
    [zero] لا دولة أو منطقة ممثَّلة.
    [one] دولة أو منطقة واحدة ممثَّلة.
    [two] دولتان أو منطقتان ممثَّلتان.
    [few] { $countries } دول أو مناطق ممثَّلة.
    [many] { $countries } دولة أو منطقة ممثَّلة.
   *[other] { $countries } دولة أو منطقة ممثَّلة.
 }
geography-summary-unknown = لا تُعرف دولة أي متعلّم.
geography-map-about = { $countries ->
    [zero] لا تُعرف دول المتعلّمين أو مناطقهم
    [one] يأتي المتعلّمون من دولة أو منطقة واحدة
    [two] يأتي المتعلّمون من دولتين أو منطقتين
    [few] يأتي المتعلّمون من { $countries } دول أو مناطق
    [many] يأتي المتعلّمون من { $countries } دولة أو منطقة
   *[other] يأتي المتعلّمون من { $countries } دولة أو منطقة
 }، وأكبر مجموعة من { $country } وعددها { $most }. يضم الجدول أدناه جميع الدول.
geography-map-unknown = خريطة بلا أرقام: لا تُعرف دولة أي متعلّم.
geography-top-about = الأولى { $country } بعدد { $most }، والأخيرة { $last } بعدد { $least }. يضم الجدول أدناه جميع الدول.
geography-note-unknown = المتعلّمون الذين لا تُعرف دولتهم: { $unknown } من أصل { $total }.
geography-note-small = { $count ->
    [zero] لا توجد دول أو مناطق أصغر من أن تظهر على الخريطة.
    [one] دولة أو منطقة واحدة أصغر من أن تظهر على الخريطة، لكنها مدرجة في الجدول.
    [two] دولتان أو منطقتان أصغر من أن تظهرا على الخريطة، لكنهما مدرجتان في الجدول.
    [few] { $count } دول أو مناطق أصغر من أن تظهر على الخريطة، لكنها مدرجة في الجدول.
    [many] { $count } دولة أو منطقة أصغر من أن تظهر على الخريطة، لكنها مدرجة في الجدول.
   *[other] { $count } دولة أو منطقة أصغر من أن تظهر على الخريطة، لكنها مدرجة في الجدول.
 }
geography-tip = { $country }: { $count } ({ $share })
geography-table = التوزيع الجغرافي
share-of-learners = { $share } من المتعلّمين
no-learners = لا متعلّمين
column-country = الدولة أو المنطقة
column-percent = النسبة المئوية
