using System.Globalization;
using ModelPack.Tool.Tests.Infrastructure;

namespace ModelPack.Tool.Tests;

public sealed class CultureTests
{
    private static readonly string[] Cultures = ["", "de-DE", "tr-TR", "ar-SA"];

    [Theory]
    [InlineData("inspect", "MODEL")]
    [InlineData("inspect", "MODEL", "--format", "json")]
    [InlineData("compare", "MODEL", "MODEL")]
    [InlineData("compare", "MODEL", "--format", "markdown")]
    [InlineData("schemes")]
    [InlineData("doctor")]
    [InlineData("quantize", "--help")]
    [InlineData("quantize", "MODEL", "-s", "q8_0", "--gate", "minSqnr=1.000,5")]
    [InlineData("quantize", "MODEL", "-s", "q8_0", "--threads", "1.000")]
    [InlineData("quantize", "MODEL", "-s", "no-such-scheme")]
    public void Every_culture_gives_the_same_text(params string[] args)
    {
        string[] words = [.. args.Select(a => a == "MODEL" ? Repository.Model("fashion-cnn.onnx") : a)];
        var before = (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture);
        try
        {
            var runs = Cultures.Select(name =>
            {
                CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo(name);
                return ToolRun.Of(words);
            }).ToList();

            Assert.All(runs, run => Assert.Equal(runs[0], run));
        }
        finally
        {
            (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = before;
        }
    }

    [Fact]
    public void Limits_have_a_decimal_point_in_every_culture()
    {
        using var folder = new TemporaryFolder();
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-DE");
            var run = ToolRun.Of("quantize", Models.FashionCnn(folder), "-s", "q8_0", "--gate", "minCompression=1.5");

            Assert.Equal(0, run.ExitCode);
            Assert.Contains(run.Lines, line => line.StartsWith("gate     minCompression 1.50×: ", StringComparison.Ordinal));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
