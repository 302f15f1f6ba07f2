/// How a run of terminal output looks: the sixteen colours and the attributes that a page has classes for.
package struct TextStyle: Sendable, Equatable {
    /// 0–7 normal, 8–15 bright; nil for the default.
    package var foreground: UInt8?
    package var background: UInt8?
    package var bold = false
    package var dim = false
    package var italic = false
    package var underlined = false
    package var struckOut = false
    package var inverse = false

    package init() {}

    /// Applies the parameters of one Select Graphic Rendition (ECMA-48, 8.3.117); unknown ones are passed over.
    mutating func apply(_ parameters: some Collection<UInt8>) {
        var values = parameters.split(omittingEmptySubsequences: false) { $0 == 0x3B || $0 == 0x3A }.map { digits in
            digits.reduce(0) { min($0 * 10 + Int($1 & 0x0F), 9999) }
        }[...]
        while let value = values.popFirst() {
            switch value {
            case 0: self = TextStyle()
            case 1: bold = true
            case 2: dim = true
            case 3: italic = true
            case 4: underlined = true
            case 7: inverse = true
            case 9: struckOut = true
            case 22: (bold, dim) = (false, false)
            case 23: italic = false
            case 24: underlined = false
            case 27: inverse = false
            case 29: struckOut = false
            case 30...37: foreground = UInt8(value - 30)
            case 38: foreground = Self.extendedColour(&values) ?? foreground
            case 39: foreground = nil
            case 40...47: background = UInt8(value - 40)
            case 48: background = Self.extendedColour(&values) ?? background
            case 49: background = nil
            case 90...97: foreground = UInt8(value - 90 + 8)
            case 100...107: background = UInt8(value - 100 + 8)
            default: break
            }
        }
    }

    /// `5;n` or `2;r;g;b`, as the nearest of the sixteen.
    private static func extendedColour(_ values: inout ArraySlice<Int>) -> UInt8? {
        switch values.popFirst() {
        case 5:
            guard let index = values.popFirst() else { return nil }
            switch index {
            case 0..<16: return UInt8(index)
            case 16..<232:
                let cube = index - 16
                return nearest(red: cube / 36 * 51, green: cube / 6 % 6 * 51, blue: cube % 6 * 51)
            case 232..<256:
                let grey = (index - 232) * 10 + 8
                return nearest(red: grey, green: grey, blue: grey)
            default: return nil
            }
        case 2:
            let parts = values.prefix(3)
            values = values.dropFirst(3)
            guard parts.count == 3 else { return nil }
            let channels = parts.map { min($0, 255) }
            return nearest(red: channels[0], green: channels[1], blue: channels[2])
        default: return nil
        }
    }

    private static func nearest(red: Int, green: Int, blue: Int) -> UInt8 {
        let brightest = max(red, green, blue)
        let darkest = min(red, green, blue)
        guard brightest - darkest > 40 else {
            return brightest < 48 ? 0 : brightest < 144 ? 8 : brightest < 216 ? 7 : 15
        }
        let middle = (brightest + darkest) / 2
        let hue = (red > middle ? 1 : 0) | (green > middle ? 2 : 0) | (blue > middle ? 4 : 0)
        return UInt8(brightest > 208 ? hue + 8 : hue)
    }
}

/// A piece of text in one style.
package struct StyledRun: Sendable, Equatable {
    package var style: TextStyle
    package var text: String
}
