import Foundation
import ReportFixtures
import Testing

/// `skylab serve` as a reader starts it.
@Suite(.serialized, .enabled(if: BuiltProgram.isReady, "\(BuiltProgram.advice)"))
struct ServeTests {
    private static let fetch = """
        import sys, urllib.error, urllib.request
        url = sys.stdin.readline().strip() + sys.argv[1]
        try:
            with urllib.request.urlopen(url, timeout=60) as answer:
                print(answer.status, answer.headers["Content-Type"], "Checks" in answer.read().decode())
        except urllib.error.HTTPError as error:
            print(error.code)
        """

    @Test func `a report is served until the program is interrupted`() async throws {
        let shell = try Shell()
        defer { shell.remove() }
        try shell.write(Self.fetch, to: "fetch.py")
        let answers = try await shell.run([
            "skylab grade ec2-ha-pair labs/ec2-ha-pair/bad/no-entry > /dev/null",
            // The first line that the server prints is its address.
            "mkfifo address && { skylab serve skylab-report --port 0 > address & } && read -r url < address && kill -0 $!",
            "python3 fetch.py index.html <<< \"$url\"", "python3 fetch.py ../.skylab-report <<< \"$url\"",
            "kill -INT $! && wait $!",
            "skylab serve nowhere",
        ])
        try #require(answers.count == 6, "\(answers)")
        #expect(answers[2].lines == ["200 text/html; charset=utf-8 True"])
        #expect(answers[3].lines == ["404"])
        #expect(answers[4].status == 0 || answers[4].status == 130, "\(answers[4])")
        #expect(answers[5].status == 2 && answers[5].lines.joined().contains("'nowhere'"))
    }
}
