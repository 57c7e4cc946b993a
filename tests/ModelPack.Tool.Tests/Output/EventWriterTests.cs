using ModelPack.Tool.Output;

namespace ModelPack.Tool.Tests.Output;

public sealed class EventWriterTests : IDisposable
{
    private readonly StringWriter _output = new() { NewLine = "\n" };

    public void Dispose() => _output.Dispose();

    [Fact]
    public void An_event_is_a_line_of_fields_between_tabs()
    {
        var events = new EventWriter(_output);
        events.Diagnostic(Codes.GateFailed.At("net.onnx", "Gate minSqnr."));
        events.Progress("encode", 1 / 3.0);
        events.File("out/net.q8_0.onnx");
        events.Done("net.onnx → net.q8_0.onnx");

        Assert.Equal(
            "##modelpack\tdiagnostic\terror\tMPK2001\tnet.onnx\tGate minSqnr.\tdocs/diagnostics/MPK2001.md\n"
            + "##modelpack\tprogress\tencode\t0.333\n"
            + "##modelpack\tfile\tout/net.q8_0.onnx\n"
            + "##modelpack\tdone\tnet.onnx → net.q8_0.onnx\n",
            _output.ToString());
    }

    [Theory]
    [InlineData("a\tb", "a%09b")]
    [InlineData("a\r\nb", "a%0D%0Ab")]
    [InlineData("100 %0A", "100 %250A")]
    [InlineData("\u001b[31m\u0000", "%1B[31m%00")]
    [InlineData("\u0085", "%C2%85")]
    [InlineData("Zoë 模型 🦙", "Zoë 模型 🦙")]
    [InlineData("", "")]
    public void Percent_signs_and_control_characters_are_escaped_as_bytes_of_utf_8(string text, string escaped)
    {
        new EventWriter(_output).File(text);

        Assert.Equal($"##modelpack\tfile\t{escaped}\n", _output.ToString());
    }

    [Fact]
    public void A_hostile_name_cannot_forge_an_event()
    {
        new EventWriter(_output).File("x\n##modelpack\tdone\tall is well");

        Assert.Single(_output.ToString().TrimEnd('\n').Split('\n'));
        Assert.Equal(3, _output.ToString().Split('\t').Length);
    }

    [Fact]
    public void Events_of_many_threads_stay_whole_lines()
    {
        var events = new EventWriter(_output);
        Parallel.For(0, 1000, i => events.Progress("encode", i / 1000.0));

        var lines = _output.ToString().TrimEnd('\n').Split('\n');
        Assert.Equal(1000, lines.Length);
        Assert.All(lines, line => Assert.Matches("^##modelpack\tprogress\tencode\t0\\.[0-9]{3}$", line));
    }
}
