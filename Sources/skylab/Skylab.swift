import Commands

@main
struct Skylab {
    static func main() async { await runSkylab() }
}
