// Made by `insights schedule render`: change the catalogue and render again.
// For a seed job with the Job DSL plugin; `Jenkinsfile` stands beside it in the workspace.

pipelineJob('insights-nightly') {
  description('nightly (daily): about 1h on 2 GiB, fresh for 36h')
  parameters {
    stringParam('WORKFLOW', 'daily', 'a workflow or a job')
    textParam('ARGUMENTS', '', 'of the catalogue, one a line')
    textParam('AFTER', '', 'entries that must be fresh, one a line')
    stringParam('LIMIT_MINUTES', '240', 'the run is ended after so many minutes')
    stringParam('PROGRAM', '/usr/local/bin/insights', 'the program `insights` on the agent')
    stringParam('CONFIG', '/etc/insights/insights.yml', 'the settings on the agent')
    stringParam('METRICS_FILE', '', 'where metrics go; none: nowhere')
    stringParam('SNITCH', '', 'the file of an address that is asked for after a success')
    stringParam('NOTIFY', '', 'who hears of failures')
    stringParam('AGENT', 'insights', 'the label of the agent')
    stringParam('RUNNER', '', 'inline, local or hadoop; none: as the settings say')
    stringParam('FROM_DATE', '', 'the first day, as GNU date reads it; none: as the arguments say')
    stringParam('TO_DATE', '', 'the day behind the last one, as GNU date reads it; none: today')
    stringParam('NUM_TASK_CAPACITY', '', 'reducers; none: as the settings say')
    textParam('EXTRA_ARGS', '', 'more for `insights run`, one argument a line')
    textParam('EXTRA_VARS', '', 'settings for this build, INSIGHTS_NAME=VALUE, one a line')
  }
  logRotator { daysToKeep(90); numToKeep(50) }
  properties {
    disableConcurrentBuilds()
    pipelineTriggers { triggers { cron { spec('TZ=UTC\n15 3 * * *') } } }
  }
  definition { cps { script(readFileFromWorkspace('Jenkinsfile')); sandbox() } }
}

pipelineJob('insights-enrollment-validation') {
  description('enrollment-validation: about 15m on 200 MiB, fresh for 36h')
  parameters {
    stringParam('WORKFLOW', 'enrollment-validation', 'a workflow or a job')
    textParam('ARGUMENTS', '', 'of the catalogue, one a line')
    textParam('AFTER', '', 'entries that must be fresh, one a line')
    stringParam('LIMIT_MINUTES', '60', 'the run is ended after so many minutes')
    stringParam('PROGRAM', '/usr/local/bin/insights', 'the program `insights` on the agent')
    stringParam('CONFIG', '/etc/insights/insights.yml', 'the settings on the agent')
    stringParam('METRICS_FILE', '', 'where metrics go; none: nowhere')
    stringParam('SNITCH', '', 'the file of an address that is asked for after a success')
    stringParam('NOTIFY', '', 'who hears of failures')
    stringParam('AGENT', 'insights', 'the label of the agent')
    stringParam('RUNNER', '', 'inline, local or hadoop; none: as the settings say')
    stringParam('FROM_DATE', '', 'the first day, as GNU date reads it; none: as the arguments say')
    stringParam('TO_DATE', '', 'the day behind the last one, as GNU date reads it; none: today')
    stringParam('NUM_TASK_CAPACITY', '', 'reducers; none: as the settings say')
    textParam('EXTRA_ARGS', '', 'more for `insights run`, one argument a line')
    textParam('EXTRA_VARS', '', 'settings for this build, INSIGHTS_NAME=VALUE, one a line')
  }
  logRotator { daysToKeep(90); numToKeep(50) }
  properties {
    disableConcurrentBuilds()
    pipelineTriggers { triggers { upstream { upstreamProjects('insights-nightly') } } }
  }
  definition { cps { script(readFileFromWorkspace('Jenkinsfile')); sandbox() } }
}

pipelineJob('insights-grades') {
  description('grades: about 30m on 1 GiB, fresh for 8d')
  parameters {
    stringParam('WORKFLOW', 'grades', 'a workflow or a job')
    textParam('ARGUMENTS', '', 'of the catalogue, one a line')
    textParam('AFTER', 'nightly', 'entries that must be fresh, one a line')
    stringParam('LIMIT_MINUTES', '120', 'the run is ended after so many minutes')
    stringParam('PROGRAM', '/usr/local/bin/insights', 'the program `insights` on the agent')
    stringParam('CONFIG', '/etc/insights/insights.yml', 'the settings on the agent')
    stringParam('METRICS_FILE', '', 'where metrics go; none: nowhere')
    stringParam('SNITCH', '', 'the file of an address that is asked for after a success')
    stringParam('NOTIFY', '', 'who hears of failures')
    stringParam('AGENT', 'insights', 'the label of the agent')
    stringParam('RUNNER', '', 'inline, local or hadoop; none: as the settings say')
    stringParam('FROM_DATE', '', 'the first day, as GNU date reads it; none: as the arguments say')
    stringParam('TO_DATE', '', 'the day behind the last one, as GNU date reads it; none: today')
    stringParam('NUM_TASK_CAPACITY', '', 'reducers; none: as the settings say')
    textParam('EXTRA_ARGS', '', 'more for `insights run`, one argument a line')
    textParam('EXTRA_VARS', '', 'settings for this build, INSIGHTS_NAME=VALUE, one a line')
  }
  logRotator { daysToKeep(90); numToKeep(50) }
  properties {
    disableConcurrentBuilds()
    pipelineTriggers { triggers { cron { spec('TZ=UTC\n30 7 * * 1') } } }
  }
  definition { cps { script(readFileFromWorkspace('Jenkinsfile')); sandbox() } }
}

pipelineJob('insights-exports') {
  description('exports: about 1h on 14 GiB, fresh for 8d')
  parameters {
    stringParam('WORKFLOW', 'exports', 'a workflow or a job')
    textParam('ARGUMENTS', '--interval\ntoday-7d-today', 'of the catalogue, one a line')
    textParam('AFTER', 'nightly', 'entries that must be fresh, one a line')
    stringParam('LIMIT_MINUTES', '240', 'the run is ended after so many minutes')
    stringParam('PROGRAM', '/usr/local/bin/insights', 'the program `insights` on the agent')
    stringParam('CONFIG', '/etc/insights/insights.yml', 'the settings on the agent')
    stringParam('METRICS_FILE', '', 'where metrics go; none: nowhere')
    stringParam('SNITCH', '', 'the file of an address that is asked for after a success')
    stringParam('NOTIFY', '', 'who hears of failures')
    stringParam('AGENT', 'insights', 'the label of the agent')
    stringParam('RUNNER', '', 'inline, local or hadoop; none: as the settings say')
    stringParam('FROM_DATE', '', 'the first day, as GNU date reads it; none: as the arguments say')
    stringParam('TO_DATE', '', 'the day behind the last one, as GNU date reads it; none: today')
    stringParam('NUM_TASK_CAPACITY', '', 'reducers; none: as the settings say')
    textParam('EXTRA_ARGS', '', 'more for `insights run`, one argument a line')
    textParam('EXTRA_VARS', '', 'settings for this build, INSIGHTS_NAME=VALUE, one a line')
  }
  logRotator { daysToKeep(90); numToKeep(50) }
  properties {
    disableConcurrentBuilds()
    pipelineTriggers { triggers { cron { spec('TZ=UTC\n30 8 * * 6') } } }
  }
  definition { cps { script(readFileFromWorkspace('Jenkinsfile')); sandbox() } }
}
