import Reachability
import Testing

/// What user data leaves listening: the rows of `docs/web-servers.md`.
struct UserDataTests {
    private static func servers(_ script: String, image: String? = "al2023-ami-2023.5-x86_64") -> [ListeningServer] {
        UserDataServers.servers(script: script, imageName: image)
    }

    private static let apache = """
        #!/bin/bash
        dnf install -y httpd
        systemctl enable --now httpd
        echo "hello from $(hostname -f)" > /var/www/html/index.html
        """

    @Test func `a package that is installed and started listens on port 80`() throws {
        let server = try #require(Self.servers(Self.apache).first)
        #expect(server.port == 80)
        #expect(server.name == "httpd")
        #expect(server.needsInternet)
        #expect(server.startsAtBoot)
        #expect(server.status(ofPath: "/") == 200)
        #expect(server.status(ofPath: "/index.html?x=1") == 200)
        #expect(server.status(ofPath: "/health") == 404)
    }

    @Test(arguments: [
        "dnf install -y httpd", "systemctl start httpd", "#dnf install -y httpd\nsystemctl start httpd",
        "apt-get install -y apache2", "dnf install -y httpd\nsystemctl enable httpd",
        "dnf install -y httpd && systemctl start httpd && systemctl stop httpd",
        "python3 -m http.server 8080 --bind 127.0.0.1", "exit 0\ndnf install -y httpd\nsystemctl start httpd",
    ])
    func `what is not installed, not started or not heard does not listen`(commands: String) {
        #expect(Self.servers("#!/bin/bash\n" + commands).isEmpty)
    }

    @Test func `text without an interpreter's line is run by nobody`() {
        #expect(Self.servers("dnf install -y httpd\nsystemctl start httpd").isEmpty)
        #expect(UserDataServers.servers(userData: nil).isEmpty)
        #expect(UserDataServers.servers(userData: "%%%").isEmpty)
    }

    @Test func `Apache of Amazon Linux without a page refuses, and nginx has one`() {
        #expect(Self.servers("#!/bin/sh\nyum -y install httpd\nservice httpd start").first?.status(ofPath: "/") == 403)
        #expect(Self.servers("#!/bin/sh\nyum -y install nginx\nservice nginx start").first?.status(ofPath: "/") == 200)
    }

    @Test func `Debian's packages start by themselves`() {
        let servers = Self.servers(
            "#!/bin/bash\napt-get update\napt-get install -y nginx", image: "ubuntu/images/hvm-ssd/x")
        #expect(servers.map(\.port) == [80])
    }

    @Test(arguments: [
        ("sed -i 's/Listen 80/Listen 8080/' /etc/httpd/conf/httpd.conf", [8080]),
        ("sed -i 's|^Listen 80$|Listen 0.0.0.0:8081|' /etc/httpd/conf/httpd.conf", [8081]),
        ("echo 'Listen 9000' >> /etc/httpd/conf/httpd.conf", [80, 9000]),
        ("PORT=8088\nsed -i \"s/Listen 80/Listen ${PORT}/\" /etc/httpd/conf/httpd.conf", [8088]),
    ])
    func `a configured port takes effect at the start`(line: String, ports: [Int]) {
        let script = "#!/bin/bash\ndnf install -y httpd\n\(line)\nsystemctl start httpd"
        #expect(Self.servers(script).map(\.port) == ports)
        let late = "#!/bin/bash\ndnf install -y httpd\nsystemctl start httpd\n\(line)"
        #expect(Self.servers(late).map(\.port) == [80])
        #expect(Self.servers(late + "\nsystemctl restart httpd").map(\.port) == ports)
    }

    @Test func `nginx answers what its configuration says`() {
        let script = """
            #!/bin/bash
            dnf -y install nginx
            cat > /etc/nginx/conf.d/app.conf <<'EOF'
            server {
              listen 8080;
              location = /health { return 200 "ok"; }
              location /gone { return 410; }
            }
            EOF
            systemctl start nginx
            """
        let servers = Self.servers(script)
        #expect(servers.map(\.port) == [80, 8080])
        #expect(servers.last?.status(ofPath: "/health") == 200)
        #expect(servers.last?.status(ofPath: "/gone") == 410)
    }

    @Test func `files, folders and what a pipe writes are served`() throws {
        let script = """
            #!/bin/bash
            yum install -y httpd; systemctl enable httpd; systemctl start httpd
            mkdir -p /var/www/html/api && cd /var/www/html
            echo ok | sudo tee health.html > /dev/null
            echo '{}' > api/index.html
            """
        let server = try #require(Self.servers(script).first)
        #expect(server.status(ofPath: "/health.html") == 200)
        #expect(server.status(ofPath: "/api/") == 200)
        #expect(server.status(ofPath: "/api") == 301)
    }

    @Test(arguments: [
        ("cd /srv && nohup python3 -m http.server 8000 &", 8000, false),
        ("sudo -u nobody python3 -m http.server", 8000, false),
        ("dnf install -y docker && systemctl enable --now docker\ndocker run -d -p 8080:80 nginx:1.27", 8080, true),
        ("while true; do echo -e 'HTTP/1.1 200 OK' | nc -l -p 81; done", 81, false),
        ("pip install gunicorn\ngunicorn -b 0.0.0.0:5001 app:app &", 5001, true),
    ])
    func `other servers that count`(command: String, port: Int, needsInternet: Bool) {
        let servers = Self.servers("#!/bin/bash\n" + command)
        #expect(servers.map(\.port) == [port])
        #expect(servers.first?.needsInternet == needsInternet)
    }

    @Test func `a unit of one's own is started, and comes back only if it is enabled`() {
        let unit = """
            #!/bin/bash
            cat <<EOF > /etc/systemd/system/web.service
            [Service]
            WorkingDirectory=/srv
            ExecStart=/usr/bin/python3 -m http.server 80
            EOF
            systemctl daemon-reload
            systemctl start web
            """
        #expect(Self.servers(unit).map(\.port) == [80])
        #expect(Self.servers(unit).first?.startsAtBoot == false)
        #expect(Self.servers(unit + "\nsystemctl enable web.service").first?.startsAtBoot == true)
    }

    @Test func `a cloud-config says the same in its own words`() {
        let config = """
            #cloud-config
            package_update: true
            packages:
              - httpd
            write_files:
              - path: /var/www/html/health
                content: |
                  ok
            runcmd:
              - [systemctl, enable, --now, httpd]
            """
        let servers = Self.servers(config)
        #expect(servers.map(\.port) == [80])
        #expect(servers.first?.status(ofPath: "/health") == 200)
    }

    @Test func `the parts of a multipart message are run`() {
        let message = """
            Content-Type: multipart/mixed; boundary="//"
            MIME-Version: 1.0

            --//
            Content-Type: text/x-shellscript; charset="us-ascii"

            \(Self.apache.replacing("\n            ", with: "\n"))
            --//--
            """
        #expect(Self.servers(message).map(\.port) == [80])
    }

    @Test(arguments: [
        "#!/bin/bash\ncat <<EOF", "#!/bin/bash\n\"", "#!/bin/bash\n$(", "#!/bin/bash\n${", "#!/bin/bash\n> ", "#!",
        "#cloud-config\nwrite_files:\n  - content: |", "MIME-Version: 1.0\nboundary=", "#!/bin/bash\nsed -i s",
        "#!/bin/bash\nbash -c \"bash -c 'bash -c x'\"", "#!/bin/bash\ncd ../../..\ncp a", "#!\n&>\n<<<\n>>>",
    ])
    func `text that is cut off anywhere does no harm`(text: String) {
        #expect(Self.servers(text).isEmpty)
    }
}
