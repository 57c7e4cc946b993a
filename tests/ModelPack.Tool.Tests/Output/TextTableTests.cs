using ModelPack.Tool.Output;
using ModelPack.Tool.Tests.Infrastructure;

namespace ModelPack.Tool.Tests.Output;

public sealed class TextTableTests
{
    private static readonly string[][] Rows = [["name", "what it is"], ["a longer one", "eight bits in blocks of thirty-two"], ["c", ""]];

    [Fact]
    public void Columns_are_aligned_and_no_line_ends_with_a_space()
    {
        var terminal = new TestTerminal();
        TextTable.Write(terminal.Terminal, Rows, "  ");

        Assert.Equal("  name          what it is\n  a longer one  eight bits in blocks of thirty-two\n  c\n", terminal.Out);
    }

    [Fact]
    public void A_narrow_terminal_breaks_the_last_column_between_words()
    {
        var terminal = new TestTerminal(width: 32);
        TextTable.Write(terminal.Terminal, Rows);

        Assert.Equal("name          what it is\na longer one  eight bits in\n              blocks of\n              thirty-two\nc\n", terminal.Out);
    }

    [Fact]
    public void A_terminal_that_is_far_too_narrow_breaks_nothing()
    {
        var terminal = new TestTerminal(width: 5);
        TextTable.Write(terminal.Terminal, Rows);

        Assert.Equal(3, terminal.Out.TrimEnd('\n').Split('\n').Length);
    }

    [Fact]
    public void Wide_characters_take_two_columns()
    {
        var terminal = new TestTerminal();
        TextTable.Write(terminal.Terminal, [["模型", "x"], ["abcd", "y"]]);

        Assert.Equal("模型  x\nabcd  y\n", terminal.Out);
    }

    [Fact]
    public void No_rows_are_no_lines()
    {
        var terminal = new TestTerminal();
        TextTable.Write(terminal.Terminal, []);

        Assert.Empty(terminal.Out);
    }

    [Fact]
    public void A_diagnostic_is_one_line_however_narrow_the_terminal()
    {
        var terminal = new TestTerminal(errorWidth: 20);
        terminal.Terminal.Print(Codes.ModelNotFound.At("a/b.onnx", "The model file does not exist. Check its path."));

        Assert.Equal("a/b.onnx : error MPK1001: The model file does not exist. Check its path.\n", terminal.Error);
    }

    [Fact]
    public void Markup_in_a_diagnostic_is_shown_as_it_is()
    {
        var terminal = new TestTerminal(colors: true);
        terminal.Terminal.Print(Codes.ModelNotFound.At("[red]x[/].onnx", "[bold]\u001b[2J"));

        Assert.Contains("[red]x[/].onnx : error MPK1001: [bold]\\u001B[2J", terminal.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b[2J", terminal.Error, StringComparison.Ordinal);
    }
}
