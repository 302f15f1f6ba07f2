package import GradeModel
import Mustache
package import ReportFiles

/// Why a page could not be made.
package enum SiteError: Error, CustomStringConvertible {
    /// A template or asset of the installation cannot be read.
    case unreadable(ReportFileError)
    /// A template has a mistake; `detail` says where.
    case template(name: String, detail: String)

    package var description: String {
        switch self {
        case .unreadable(let error): "the site's files are incomplete, install Skylab again: \(error)"
        case .template(let name, let detail): "template \(name): \(detail)"
        }
    }
}

/// Makes pages of results with the templates and assets of a `site` folder.
package struct SiteGenerator: Sendable {
    private let library: MustacheLibrary
    let assets: [(name: String, bytes: [UInt8])]

    private static let templateNames = [
        "page", "submission", "check", "status", "evidence", "program", "calls", "call", "sandbox",
        "topology", "crumbs", "dashboard", "lab", "matrix", "failures", "student", "missing", "footer",
    ]
    private static let assetNames = ["site.css", "site.js"]

    /// Values are `Markup`, escaped once and for all, so a template inserts them as they are.
    private static let asIs = "{{% CONTENT_TYPE:TEXT}}\n"

    /// Reads templates and assets from `folder`, the `site` folder of the source tree or of the installation.
    package init(site folder: String) throws(SiteError) {
        var templates: [String: MustacheTemplate] = [:]
        for name in Self.templateNames {
            let text = String(decoding: try Self.read("\(folder)/templates/\(name).mustache"), as: UTF8.self)
            do {
                templates[name] = try MustacheTemplate(string: Self.asIs + text)
            } catch {
                throw .template(name: name, detail: "\(error)")
            }
        }
        library = MustacheLibrary(templates: templates)
        var assets: [(name: String, bytes: [UInt8])] = []
        for name in Self.assetNames { assets.append((name, try Self.read("\(folder)/assets/\(name)"))) }
        self.assets = assets
    }

    private static func read(_ path: String) throws(SiteError) -> [UInt8] {
        do {
            return try readFile(path)
        } catch {
            throw .unreadable(error)
        }
    }

    /// The page of one submission, for an audience; equal results are equal bytes.
    ///
    /// `assets` is the way from the page to the folder of the assets.
    package func submissionPage(
        _ result: GradeResult, audience: Audience, assets: String = "assets", harFile: String? = nil
    ) -> [UInt8] {
        let shown = SubmissionPage(result.shown(to: audience), harFile: harFile)
        var values = shown.values
        values["forStaff"] = .flag(audience == .instructor)
        values["calls"] = .text(calls(of: shown))
        return page("submission", values, assets: assets)
    }

    /// The table of a page's API calls, which is most of the work of a page.
    func calls(of page: SubmissionPage) -> Markup {
        var html = library.render(page.callValues, withTemplate: "calls") ?? ""
        // The line of the page that it stands on has an end of its own.
        if html.hasSuffix("\n") { html.removeLast() }
        return Markup(trusted: html)
    }

    /// A page around the content that a template makes of values, which have a `title`.
    func page(_ template: String, _ values: PageObject, assets: String) -> [UInt8] {
        let content = library.render(values, withTemplate: template) ?? ""
        let page = PageObject([
            "title": values["title"] ?? "Skylab", "assets": .line(assets), "content": .text(Markup(trusted: content)),
        ])
        return Array((library.render(page, withTemplate: "page") ?? "").utf8)
    }

    /// A report of one submission: `index.html`, its assets and the API calls, to which the caller may add files.
    package func submissionReport(_ result: GradeResult, audience: Audience) throws(ReportFileError) -> FileTree {
        var tree = FileTree()
        try tree.add(submissionPage(result, audience: audience, harFile: "calls.har"), at: "index.html")
        try tree.add(HARFile(result.shown(to: audience)).bytes, at: "calls.har")
        for asset in assets { try tree.add(asset.bytes, at: "assets/\(asset.name)") }
        return tree
    }
}
