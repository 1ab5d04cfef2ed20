# Started by machine translation; a translator has not read it yet.

# The performance lens.

question-performance = كيف أداء المتعلّمين في واجبات المساق؟
nav-graded-question = كيف أداء المتعلّمين في واجبات المساق المقيَّمة؟
nav-ungraded-question = كيف أداء المتعلّمين في التمارين غير المقيَّمة؟
nav-outcomes-question = كيف تتوزّع مخرجات التعلّم في المساق؟

responses-question = كيف أجاب كل متعلّم عن كل مسألة؟

policy-title = سياسة التقييم
policy-summary = وزن كل نوع من الواجبات. يقود كل نوع إلى واجباته.

submissions-summary = { $share } من الإجابات المقدَّمة صحيحة.
submissions-chart = { $count ->
    [zero] لا أشرطة.
    [one] شريط واحد.
    [two] شريطان، من الأول إلى الأخير بترتيب المساق.
    [few] { $count } أشرطة، من الأول إلى الأخير بترتيب المساق.
    [many] { $count } شريطًا، من الأول إلى الأخير بترتيب المساق.
   *[other] { $count } شريط، من الأول إلى الأخير بترتيب المساق.
 } إجمالًا، { $share } من الإجابات المقدَّمة صحيحة.
nothing-policy = لا توجد للمساق سياسة تقييم، أو لا تعرفها منصّة التعلّم.
nothing-assignments = لم يقدّم أحد أي إجابة في هذه الواجبات بعد.
nothing-problems = لم يقدّم أحد أي إجابة في هذه التمارين بعد.
nothing-outcomes = لا توجد في هذا المساق مسألة موسومة بمخرَج تعلّم، أو لم يجرّب أحد أيًّا منها بعد.

average-correct = متوسط الصحيح
average-incorrect = متوسط الخاطئ
correct = صحيح
incorrect = خاطئ
column-assignment = اسم الواجب
column-problem = اسم المسألة
column-problems = المسائل
column-outcome = اسم المخرَج
column-difficulty = الصعوبة
column-average-submissions = متوسط الإجابات المقدَّمة لكل مسألة
column-total = المجموع
column-percentage-correct = نسبة الصحيح

answers-title = الإجابات المقدَّمة
answers-title-text = الإجابات المقدَّمة: { $text }
answers-title-part = الإجابات المقدَّمة عن الجزء { $part }
answers-title-part-text = الإجابات المقدَّمة عن الجزء { $part }: { $text }
answers-table = أعداد الإجابات المقدَّمة
answers-chart = الإجابات الأكثر تكرارًا وعددها { $count }، بدءًا بأكثرها تكرارًا وقد قدّمها { $most } من المتعلّمين. عدد الإجابات المقدَّمة الصحيحة { $right }.
answers-random = يتلقّى المتعلّمون نسخًا مختلفة من هذه المسألة، لذلك لا يمكن رسم إجاباتها جنبًا إلى جنب. يبيّن الجدول نسخة كل إجابة.
answer-is = الإجابة: { $text }
column-answer = الإجابة
column-variant = النسخة
column-submissions = عدد الإجابات المقدَّمة
