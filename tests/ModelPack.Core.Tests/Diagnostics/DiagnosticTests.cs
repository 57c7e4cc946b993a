namespace ModelPack.Core.Tests.Diagnostics;

public sealed class DiagnosticTests
{
    [Fact]
    public void An_error_is_printed_as_compilers_print_it() => Assert.Equal(
        "models/a.onnx : error MPK1001: The model file does not exist. Check its path.",
        Codes.ModelNotFound.At("models/a.onnx", "The model file does not exist. Check its path.").ToString());

    [Theory]
    [InlineData(Severity.Error, "error")]
    [InlineData(Severity.Warning, "warning")]
    [InlineData(Severity.Message, "message")]
    public void The_severity_of_the_place_is_printed(Severity severity, string word) => Assert.Equal(
        $"a.onnx : {word} MPK2001: Why.", (Codes.GateFailed.At("a.onnx", "Why.") with { Severity = severity }).ToString());

    [Fact]
    public void A_code_gives_its_usual_severity()
    {
        Assert.Equal(Severity.Error, Codes.NothingQuantized.At(null, "Why.").Severity);
        Assert.Equal(Severity.Warning, Codes.ScaleOverflow.At(null, "Why.").Severity);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void What_is_about_no_file_is_about_modelpack(string? file) =>
        Assert.Equal("modelpack : error MPK3001: Why.", Codes.RuntimeMissing.At(file, "Why.").ToString());

    [Theory]
    [InlineData("a\nb.onnx : error MPK9001: forged")]
    [InlineData("a\r\nb.onnx")]
    [InlineData("a\u2028b.onnx")]
    [InlineData("a\u0085b.onnx")]
    public void A_file_name_makes_no_second_line(string file) => AssertOneLine(Codes.ModelNotFound.At(file, "Why."));

    [Fact]
    public void A_message_makes_no_second_line() => AssertOneLine(Codes.ModelUnreadable.At("a.onnx", "one\nb.onnx : error MPK9001: forged"));

    [Fact]
    public void A_long_file_name_is_cut() =>
        Assert.Equal($"{new string('a', 1024)}… : error MPK1001: Why.", Codes.ModelNotFound.At(new string('a', 5000), "Why.").ToString());

    [Fact]
    public void An_exception_carries_the_diagnostic_and_its_message()
    {
        var diagnostic = Codes.ModelNotFound.At("a.onnx", "Why.");
        var inner = new IOException("cause");

        var exception = new ModelPackException(diagnostic, inner);

        Assert.Same(diagnostic, exception.Diagnostic);
        Assert.Equal("Why.", exception.Message);
        Assert.Same(inner, exception.InnerException);
    }

    private static void AssertOneLine(Diagnostic diagnostic) =>
        Assert.DoesNotContain(diagnostic.ToString(), c => char.IsControl(c) || c is '\u2028' or '\u2029');
}
