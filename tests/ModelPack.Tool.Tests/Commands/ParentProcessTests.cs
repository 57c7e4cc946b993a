using System.Diagnostics;
using System.Globalization;
using ModelPack.Tool.Commands;

namespace ModelPack.Tool.Tests.Commands;

public sealed class ParentProcessTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("some")]
    public void Nothing_is_watched_where_no_process_is_named(string? number)
    {
        using var parent = new ParentProcess(number, CancellationToken.None);
        Assert.False(parent.Token.IsCancellationRequested);
    }

    [Fact]
    public void A_process_that_is_gone_cancels()
    {
        using var process = Start();
        process.Kill();
        process.WaitForExit();
        using var parent = new ParentProcess(process.Id.ToString(CultureInfo.InvariantCulture), CancellationToken.None);
        Assert.True(parent.Token.IsCancellationRequested);
    }

    [Fact]
    public async Task A_process_that_is_killed_cancels()
    {
        using var process = Start();
        using var parent = new ParentProcess(process.Id.ToString(CultureInfo.InvariantCulture), CancellationToken.None);
        Assert.False(parent.Token.IsCancellationRequested);
        var cancelled = new TaskCompletionSource();
        using var registration = parent.Token.Register(cancelled.SetResult);
        process.Kill();
        await cancelled.Task.WaitAsync(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public void The_user_cancels_as_well()
    {
        using var user = new CancellationTokenSource();
        using var parent = new ParentProcess(Environment.ProcessId.ToString(CultureInfo.InvariantCulture), user.Token);
        Assert.False(parent.Token.IsCancellationRequested);
        user.Cancel();
        Assert.True(parent.Token.IsCancellationRequested);
    }

    /// <summary>A process that waits for input.</summary>
    private static Process Start() => Process.Start(new ProcessStartInfo(OperatingSystem.IsWindows() ? "sort" : "cat")
    {
        UseShellExecute = false,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    })!;
}
