/// Whether a scalar must not reach a reader as it is: it acts on terminals, reorders or hides text, or is no character
/// in XML. Tab and line ends are not among them.
///
/// C0, DEL, C1; bidirectional controls (UAX #9); invisible formatting except the joiners that scripts and emoji need;
/// U+2028/9; non-characters (Unicode 23.7), of which XML 1.0 (2.2) rejects U+FFFE and U+FFFF.
package func isUnsafe(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x09, 0x0A: false
    case 0x00...0x1F, 0x7F...0x9F, 0xAD, 0x061C, 0x180E: true
    case 0x200B, 0x200E, 0x200F, 0x2028...0x202E, 0x2060...0x206F: true
    case 0xFDD0...0xFDEF, 0xFEFF, 0xFFF9...0xFFFB, 0xE0000...0xE007F: true
    default: scalar & 0xFFFE == 0xFFFE
    }
}

/// The visible form of a scalar, as Swift writes it: `\u{1B}`.
func visibleForm(_ scalar: UInt32) -> String { "\\u{\(String(scalar, radix: 16, uppercase: true))}" }
