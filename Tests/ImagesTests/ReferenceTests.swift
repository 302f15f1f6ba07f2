import Testing

@testable import Images

struct ReferenceTests {
    @Test(arguments: [
        ("nginx", "docker.io/library/nginx:latest"), ("nginx:1.27", "docker.io/library/nginx:1.27"),
        ("amazon/amazon-ecs-sample", "docker.io/amazon/amazon-ecs-sample:latest"),
        ("localhost:5000/a/b:c", "localhost:5000/a/b:c"),
        ("123456789012.dkr.ecr.us-east-1.amazonaws.com/web", "123456789012.dkr.ecr.us-east-1.amazonaws.com/web:latest"),
    ])
    func `defaults are Docker's`(text: String, whole: String) throws {
        #expect(try ImageReference(text).description == whole)
    }

    @Test(arguments: ["", "Nginx", "a//b", "a:", "a@sha256:12", "../etc", "a/../b", "a b", "a:b:c", "-a"])
    func `what is no reference is refused`(text: String) {
        #expect(throws: ImageError.badReference(text)) { try ImageReference(text) }
    }

    @Test func `official images have one name in every registry that carries them`() throws {
        for text in ["nginx", "docker.io/library/nginx", "public.ecr.aws/docker/library/nginx:1"] {
            #expect(try ImageReference(text).shortRepository == "nginx")
        }
        #expect(try ImageReference("ghcr.io/nginx").shortRepository == "ghcr.io/nginx")
    }

    @Test(arguments: [
        ("1.*", "1.27-alpine", true), ("1.*", "2.0", false), ("stable-*", "stable", false), ("*", "x", true),
    ])
    func `a star stands for anything`(pattern: String, tag: String, fits: Bool) {
        #expect(ImageStore.matches(pattern, tag) == fits)
    }
}
