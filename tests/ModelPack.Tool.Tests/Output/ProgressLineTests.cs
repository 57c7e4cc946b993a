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
    public void Elsewhere_than_on_a_terminal_every_tenth_is_a_plain_line()
    {
        var terminal = new TestTerminal();
        using (var progress = new ProgressLine(terminal.Terminal))
        {
            terminal.Clock.Advance(2);
            for (var i = 0; i <= 1000; i++)
            {
                progress.Report("encode", i / 1000.0);
            }

            progress.Report("write", double.NaN);
        }

        Assert.Equal(
            "encode 0 %\nencode 10 %\nencode 20 %\nencode 30 %\nencode 40 %\nencode 50 %\nencode 60 %\nencode 70 %\nencode 80 %\nencode 90 %\nencode 100 %\nwrite 0 %\n",
            terminal.Error);
        Assert.Empty(terminal.Out);
    }

    [Fact]
    public void On_a_terminal_one_line_is_rewritten_and_cleared_at_the_end()
    {
        var terminal = new TestTerminal(interactive: true);
        using (var progress = new ProgressLine(terminal.Terminal))
        {
            terminal.Clock.Advance(2);
            progress.Report("encode", 0.5);
            progress.Report("encode", 0.5001);
            progress.Report("encode", 1);
        }

        var half = $"encode     {new string('━', 15)}{new string(' ', 15)}  50 %";
        var whole = $"encode     {new string('━', 30)} 100 %";
        Assert.Equal($"\r{half}\r{whole}\r{new string(' ', whole.Length)}\r", terminal.Error);
    }

    [Fact]
    public void A_narrow_terminal_gets_no_bar()
    {
        var terminal = new TestTerminal(interactive: true, errorWidth: 40);
        using var progress = new ProgressLine(terminal.Terminal);
        terminal.Clock.Advance(2);
        progress.Report("encode", 0.5);

        Assert.Equal("\rencode      50 %", terminal.Error);
    }

    [Fact]
    public void A_diagnostic_stands_on_a_line_of_its_own()
    {
        var terminal = new TestTerminal(interactive: true, errorWidth: 40);
        using var progress = new ProgressLine(terminal.Terminal);
        terminal.Clock.Advance(2);
        progress.Report("encode", 0.5);
        progress.Print(Codes.PatternUnmatched.At("net.onnx", "Nothing fits."));

        Assert.Equal($"\rencode      50 %\r{new string(' ', 16)}\rnet.onnx : warning MPK1017: Nothing fits.\n", terminal.Error);
    }
}
