package import GradeModel

/// Texts that attack a report, one for each way in.
package enum Hostile {
    package static let texts: [String] = [
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onmouseover='alert(1)",
        "</title><script>alert(1)</script>", "<!-- ", "-->", "&#x3c;b&#x3e;", "</textarea>", "</style>", "</svg>",
        "<\u{301}b>", "\"\u{301} onfocus=alert(1) autofocus x=\"\u{301}", "&\u{301}lt;", "line\u{2028}end\u{2029}",
        "]]>", "<![CDATA[x]]>", "<!DOCTYPE a [<!ENTITY b \"c\">]>&b;", "\u{0}\u{1}\u{8}\u{B}\u{7F}\u{85}\u{9B}31m",
        "\u{FFFE}\u{FFFF}\u{1FFFE}\u{10FFFF}", "\u{202E}gpj.exe", "\u{2066}a\u{2069}", "a\u{200B}b\u{FEFF}",
        "\u{1B}[31mred\u{1B}[0m", "\u{1B}]8;;http://evil\u{1B}\\link\u{1B}]8;;\u{1B}\\", "\u{1B}]52;c;ZXZpbA==\u{7}",
        "\u{1B}]0;title\u{7}", "\u{1B}[2J\u{1B}[H", "\u{1B}Pq#0\u{1B}\\", "\u{1B}]unterminated", "\u{1B}[", "\u{1B}",
        "[[ATTACHMENT|/etc/passwd]]", "[[PROPERTY|score=100]]", "::error::x", "  ::stop-commands::t", "##vso[task.x]",
        "##teamcity[x]", "section_start:1:a", "ok 99 - x", "Bail out!", "\u{1B}[0Ksection_end:1:a\r\u{1B}[0K",
        "javascript:alert(1)", "=cmd|'/C calc'!A0", "{{secret}}", "{{{secret}}}", "{{#checks}}", "%0A::error::y",
        "Ukrainian: Київ, 東京, 👩‍💻, é, a\r\nb\rc", "", " ", "\t\n",
    ]

    /// A result in which every field that outsiders can fill holds the text.
    package static func result(_ text: String) -> GradeResult {
        var result = Sample.mixed.result
        result.labID = text
        result.labTitle = text
        result.submission = text
        result.seed = text
        result.region = text
        result.startedAt = text
        result.sandboxTier = text
        result.engineVersion = text
        result.problem = text
        result.program?.interface = text
        result.program?.entry = text
        result.program?.ending = .notStarted(reason: text)
        result.program?.limits = [text: text, "wall": text]
        result.program?.standardOutput = CapturedOutput(head: text, tail: text, totalBytes: 9000, omittedBytes: 100)
        result.program?.standardError = CapturedOutput(head: text, totalBytes: text.utf8.count)
        result.program?.files = [
            HandedInFile(path: text, bytes: 9000, digest: text, text: text), HandedInFile(path: text, problem: text),
        ]
        result.sandboxLayers = [SandboxLayer(name: text, active: false, detail: text)]
        result.apiCalls = [
            APICall(
                sequence: 1, eventTime: text, eventSource: text, eventName: text, readOnly: false,
                requestParameters: text, errorCode: text, errorMessage: text, requestID: text, userAgent: text,
                awsRegion: text, responseElements: text,
                resources: [text, "i-0a1b2c3d4e5f60718"], httpStatus: 400, startSeconds: .nan, tookSeconds: -1),
            APICall(
                sequence: 2, eventTime: text, eventSource: text, eventName: text, readOnly: true,
                requestParameters: "{}", requestID: text, userAgent: text, responseElements: text, resources: [text],
                startSeconds: 0.5, tookSeconds: .infinity),
        ]
        let resource = TopologyResource(
            id: text, kind: text, name: text, state: text,
            facts: [TopologyFact(text, text), TopologyFact("type", text)])
        result.topology = Topology(
            region: text,
            vpcs: [
                TopologyNetwork(
                    id: text, name: text, cidr: text,
                    zones: [
                        TopologyZone(
                            name: text,
                            subnets: [
                                TopologySubnet(id: text, name: text, cidr: text, resources: [resource, resource])
                            ])
                    ], resources: [resource])
            ])
        for index in result.checks.indices {
            result.checks[index].id = text
            result.checks[index].title = text
            result.checks[index].kind = text
            result.checks[index].message = text
            result.checks[index].expected = text
            result.checks[index].actual = text
            result.checks[index].hints = [text]
            result.checks[index].blockedBy = [text]
            result.checks[index].evidence = [
                Evidence(subject: text, property: text, expected: text, actual: text, holds: false)
            ]
            result.checks[index].seconds = [.nan, .infinity, -1, 1e300, 0.0004][index % 5]
        }
        return result
    }
}
