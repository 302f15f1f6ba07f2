import CloudState

/// Runs a container's health check again and again.
///
/// The first success counts at once, as on AWS. In between it is asked sooner than its interval says, since nobody waits
/// half a minute here for a container that is up after a second; failures count as often as they would.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/healthcheck.html>
struct HealthWatch {
    let check: TaskLaunch.HealthCheck
    let container: String
    let task: RunningTask

    private var command: [String] {
        switch check.command.first {
        case "CMD-SHELL": ["/bin/sh", "-c", check.command.dropFirst().joined(separator: " ")]
        case "CMD": Array(check.command.dropFirst())
        default: check.command
        }
    }

    func run() async {
        let interval = Duration.seconds(min(max(check.interval, 1), 5))
        var (failures, isHealthy) = (0, false)
        var pause = Duration.milliseconds(100)
        let start = ContinuousClock.now
        var lastFailure = start
        while await task.isRunning, !Task.isCancelled {
            guard let code = await task.execute(command, in: container) else { return }
            let now = ContinuousClock.now
            if code == 0 {
                (failures, isHealthy) = (0, true)
                await task.noteHealth("HEALTHY", of: container)
            } else if now - start >= .seconds(check.startPeriod) || isHealthy,
                failures == 0 || now - lastFailure >= interval
            {
                failures += 1
                lastFailure = now
                if failures >= check.retries {
                    isHealthy = false
                    await task.noteHealth("UNHEALTHY", of: container)
                }
            }
            pause = code == 0 ? interval : min(pause * 2, interval)
            try? await Task.sleep(for: pause)
        }
    }
}
