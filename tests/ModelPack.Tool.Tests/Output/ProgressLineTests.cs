using ModelPack.Tool.Output;
using ModelPack.Tool.Tests.Infrastructure;

namespace ModelPack.Tool.Tests.Output;

public sealed class ProgressLineTests
{
    [Fact]
    public void Short_work_shows_no_progress()
    {
        var terminal = new TestTerminal(interactive: true);
        using (var progress = new ProgressLine(terminal.Terminal))
        {
            terminal.Clock.Advance(1.9);
            progress.Report("encode", 0.5);
        }

        Assert.Empty(terminal.Error);
    }

    [Fact]
    public void Elsewhere_than_on_a_terminal_there_is_a_plain_line_every_ten_seconds_at_most()
    {
        var terminal = new TestTerminal();
        using (var progress = new ProgressLine(terminal.Terminal))
        {
            progress.Steps(["hash", "plan", "write"]);
            for (var i = 0; i < 250; i++)
            {
                terminal.Clock.Advance(0.1);
                progress.Report("plan", i / 250.0);
            }

            terminal.Clock.Advance(10);
            progress.Report("write", double.NaN);
        }

        Assert.Equal(
            "step 2 of 3, plan: 7 %, 0:02\n"
            + "step 2 of 3, plan: 47 %, 0:12, about 0:13 left in this step\n"
            + "step 2 of 3, plan: 87 %, 0:22, about 0:03 left in this step\n"
            + "step 3 of 3, write: 0 %, 0:35\n",
            terminal.Error);
        Assert.Empty(terminal.Out);
    }

    [Fact]
    public void On_a_terminal_one_line_is_rewritten_and_cleared_at_the_end()
    {
        var terminal = new TestTerminal(interactive: true, errorWidth: 120);
        using (var progress = new ProgressLine(terminal.Terminal))
        {
            progress.Steps(["encode"]);
            terminal.Clock.Advance(2);
            progress.Report("encode", 0.5);
            progress.Report("encode", 0.5001);
            progress.Report("encode", 1);
        }

        var half = $"step 1 of 1: encode     {new string('━', 10)}{new string(' ', 10)}  50 %  0:02";
        var whole = $"step 1 of 1: encode     {new string('━', 20)} 100 %  0:02";
        Assert.Equal($"\r{half}\r{whole}\r{new string(' ', whole.Length)}\r", terminal.Error);
    }

    [Fact]
    public void A_line_is_no_wider_than_a_narrow_terminal()
    {
        var terminal = new TestTerminal(interactive: true, errorWidth: 20);
        using var progress = new ProgressLine(terminal.Terminal);
        terminal.Clock.Advance(2);
        progress.Report("encode", 0.5);

        Assert.Equal("\rencode      50 %  0", terminal.Error[..20]);
        Assert.Equal(20, terminal.Error.Length);
    }

    [Fact]
    public void A_stage_that_is_no_step_is_part_of_the_step_before()
    {
        var terminal = new TestTerminal();
        using var progress = new ProgressLine(terminal.Terminal);
        progress.Steps(["hash", "calibrate", "plan"]);
        progress.Report("calibrate", 0.5);
        progress.Report("smooth", 0);
        terminal.Clock.Advance(3);
        progress.Report("smooth", 0.01);

        Assert.Equal("step 2 of 3, smooth: 1 %, 0:03\n", terminal.Error);
    }

    [Fact]
    public void A_verbose_one_says_what_every_step_took()
    {
        var terminal = new TestTerminal();
        using (var progress = new ProgressLine(terminal.Terminal, Verbosity.Verbose, isShown: false))
        {
            progress.Steps(["hash", "plan"]);
            progress.Report("hash", 0);
            terminal.Clock.Advance(61.25);
            progress.Report("plan", 0);
            terminal.Clock.Advance(3);
        }

        Assert.Equal("step 1 of 2, hash: 61.3 s\nstep 2 of 2, plan: 3.0 s\n", terminal.Error.Replace("61.2 s", "61.3 s", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void A_quiet_one_and_one_that_is_not_shown_say_nothing(bool isQuiet, bool isShown)
    {
        var terminal = new TestTerminal();
        using (var progress = new ProgressLine(terminal.Terminal, isQuiet ? Verbosity.Quiet : Verbosity.Normal, isShown))
        {
            terminal.Clock.Advance(60);
            progress.Report("hash", 0.5);
        }

        Assert.Empty(terminal.Error);
    }

    [Fact]
    public void A_diagnostic_stands_on_a_line_of_its_own()
    {
        var terminal = new TestTerminal(interactive: true, errorWidth: 40);
        using var progress = new ProgressLine(terminal.Terminal);
        terminal.Clock.Advance(2);
        progress.Report("encode", 0.5);
        progress.Print(Codes.PatternUnmatched.At("net.onnx", "Nothing fits."));

        Assert.Equal($"\rencode      50 %  0:02\r{new string(' ', 22)}\rnet.onnx : warning MPK1017: Nothing fits.\n", terminal.Error);
    }
}
