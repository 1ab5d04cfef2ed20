// Plays Jenkins for tests. `jobs FILE`: what a seed job would make of a Job DSL script. `run JOB FILE`: a build of
// a job, its parameters in the environment, its shell steps carried out in the working directory. Answers are
// lines of fields, form-encoded, behind a `>`.
import org.codehaus.groovy.control.CompilerConfiguration

class Call {
  String word
  List values
  def gave
  List<Call> calls = []
  static Map parameters = System.getenv()

  def methodMissing(String name, Object arguments) {
    def values = (arguments as Object[]).toList()
    def body = values && values.last() instanceof Closure ? values.removeLast() : null
    def call = new Call(word: name, values: values)
    calls << call
    if (body) {
      body.delegate = call
      body.resolveStrategy = Closure.DELEGATE_ONLY
      call.gave = body()
    }
    call
  }

  Map getParams() { parameters }
  Map getEnv() { parameters }
  String readFileFromWorkspace(String name) { new File(name).text }
  List<Call> all(String name) { calls.findAll { it.word == name } }
  Call one(String name) { all(name).with { it.size() == 1 ? it[0] : new Call() } }
}

def evaluated(String text) {
  def settings = new CompilerConfiguration(scriptBaseClass: DelegatingScript.name)
  def script = new GroovyShell(this.class.classLoader, new Binding(), settings).parse(text)
  def root = new Call()
  script.setDelegate(root)
  script.run()
  root
}

def say(Object... fields) { println('>' + fields.collect { URLEncoder.encode("$it", 'UTF-8') }.join('\t')) }

def job(Call job) {
  say 'job', job.values[0]
  job.one('parameters').calls.each { say 'parameter', it.values[0], it.values[1] }
  job.one('properties').one('pipelineTriggers').one('triggers').calls.each {
    say 'trigger', it.word, it.calls[0].values[0]
  }
  say 'alone', job.one('properties').all('disableConcurrentBuilds').size()
}

/** Whether the shell step went well. */
boolean sh(String script) {
  def process = new ProcessBuilder('sh', '-xe', '-c', script).redirectErrorStream(true).start()
  System.err << process.inputStream
  def code = process.waitFor()
  say 'sh', code
  code == 0
}

def run(Call pipeline) {
  say 'agent', pipeline.one('agent').one('label').values[0]
  def went = pipeline.one('stages').all('stage').every { stage ->
    def condition = stage.one('when').one('expression')
    if (condition.word && !condition.gave) { say 'passed over', stage.values[0]; return true }
    say 'stage', stage.values[0]
    stage.one('steps').all('sh').every { sh(it.values[0]) }
  }
  def post = pipeline.one('post')
  post.one('always').all('archiveArtifacts').each { say 'archived', it.values[0].artifacts }
  if (!went) post.one('failure').one('script').all('mail').each { say 'mail', it.values[0].to }
  say went ? 'SUCCESS' : 'FAILURE'
}

if (args[0] == 'jobs') {
  evaluated(new File(args[1]).text).all('pipelineJob').each { job(it) }
} else {
  def wanted = evaluated(new File(args[2]).text).all('pipelineJob').find { it.values[0] == args[1] }
  def named = wanted.one('parameters').calls.collectEntries { [(it.values[0]): System.getenv(it.values[0])] }
  Call.parameters = System.getenv() + named
  run(evaluated(wanted.one('definition').one('cps').one('script').values[0]).one('pipeline'))
}
