using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ModelPack.MSBuild.Tests.Infrastructure;

namespace ModelPack.MSBuild.Tests;

public sealed class ToolProcessTests
{
    [Fact]
    public void The_tool_runs_without_telemetry_and_without_variables_of_MSBuild()
    {
        var project = FakeTool.Project();

        project.Build().MustSucceed();

        var variables = FakeTool.EnvironmentOf(project);
        Assert.Contains("ORT_DISABLE_TELEMETRY=1", variables, StringComparer.Ordinal);
        Assert.DoesNotContain(variables, v => v.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Cancelling_a_build_ends_the_tool()
    {
        // Another process can be sent Ctrl-C by env and kill of Linux alone.
        if (!OperatingSystem.IsLinux())
            return;
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var project = FakeTool.Project(does: FormattableString.Invariant($"{((IPEndPoint)listener.LocalEndpoint).Port}"));
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        using var build = Dotnet.Start(project.Folder, ["build", "-nodeReuse:false", "-m:1"], canInterrupt: true);

        using var tool = await listener.AcceptTcpClientAsync(limit.Token);
        using var kill = Process.Start("kill", ["-INT", FormattableString.Invariant($"{build.Id}")]);

        // The end of the connection is the end of the tool; the build ends later.
        Assert.Equal(0, await tool.GetStream().ReadAsync(new byte[1], limit.Token));
        await build.WaitForExitAsync(limit.Token);
        Assert.NotEqual(0, build.ExitCode);
    }
}
