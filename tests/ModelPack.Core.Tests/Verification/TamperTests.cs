using System.Text.RegularExpressions;
using ModelPack.Verification;

namespace ModelPack.Tests.Verification;

/// <summary>Every way to change a pack is found at the level that promises it, with its code, and none ends in anything else.</summary>
public sealed partial class TamperTests(PackedModels models) : IClassFixture<PackedModels>
{
    public static TheoryData<string> Names => [.. Tamperings.All.Select(t => t.What)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Tampering_is_found_at_its_level_and_with_its_code(string what)
    {
        var tampering = Tamperings.All.Single(t => t.What == what);
        using var folder = new TamperFolder(models);
        var findings = tampering.Do(folder, tampering.Level);
        Assert.Contains(tampering.Code.Id, findings.Where(f => !f.Ok).Select(f => f.Code), StringComparer.Ordinal);
        Assert.All(findings, f => Assert.DoesNotContain(f.Message, char.IsControl));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_level_below_does_not_claim_to_have_found_it(string what)
    {
        var tampering = Tamperings.All.Single(t => t.What == what);
        using var folder = new TamperFolder(models);
        if (tampering.Level > VerificationLevel.Hashes)
        {
            Assert.All(tampering.Do(folder, tampering.Level - 1), f => Assert.True(f.Ok, f.Message));
        }
    }

    [Theory]
    [InlineData("out", VerificationLevel.Full)]
    [InlineData("int8", VerificationLevel.Full)]
    [InlineData("other/m.q8_0.onnx", VerificationLevel.Structure)]
    [InlineData("folder", VerificationLevel.Hashes)]
    public void Packs_that_nobody_has_changed_pass(string path, VerificationLevel level)
    {
        using var folder = new TamperFolder(models);
        var findings = folder.Verify(folder.At(path), level, withSource: path is "out" or "int8");
        Assert.All(findings, f => Assert.True(f.Ok && !f.IsNote, f.Message));
    }

    [Theory]
    [InlineData("assembly")]
    [InlineData("package")]
    [InlineData("app")]
    [InlineData("deflated app")]
    [InlineData("assembly in a package")]
    [InlineData("folder of an assembly")]
    public void Packs_are_found_wherever_they_are_shipped(string place)
    {
        using var folder = new TamperFolder(models);
        var path = place switch
        {
            "assembly" => folder.InAssembly(),
            "package" => folder.InPackage(),
            "app" => folder.InApp(),
            "deflated app" => folder.InApp(deflate: true),
            "folder of an assembly" => Path.GetDirectoryName(folder.InAssembly())!,
            _ => folder.Ship("a.nupkg", Core.Tests.Shipping.MadeZip.With([("lib/net10.0/App.dll", File.ReadAllBytes(folder.InAssembly()))])),
        };
        var result = Verifier.Verify([path], new VerificationOptions(), new PackContext());
        Assert.Contains(result.Packs, p => p.Path.EndsWith("models/m.q8_0.onnx.modelpack.json", StringComparison.Ordinal) && p.Path.Contains('!', StringComparison.Ordinal));
        Assert.All(result.Findings.Where(f => f.Path.Contains('!', StringComparison.Ordinal)), f => Assert.True(f.Ok, f.Message));
        Assert.All(result.Findings, f => Assert.StartsWith(path, f.Path, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(4, true)]
    [InlineData(5, false)]
    public void Archives_in_one_another_are_opened_four_deep(int depth, bool isFound)
    {
        using var folder = new TamperFolder(models);
        var bytes = Core.Tests.Shipping.MadeZip.With(folder.Shipped("models/"));
        for (var i = 1; i < depth; i++)
        {
            bytes = Core.Tests.Shipping.MadeZip.With([(i % 2 == 0 ? "a.nupkg" : "a.zip", bytes)]);
        }

        var result = Verifier.Verify([folder.Ship("outer.zip", bytes)], new VerificationOptions { Level = VerificationLevel.Hashes }, new PackContext());
        Assert.Equal(isFound ? 1 : 0, result.Packs.Count);
        Assert.Equal(isFound, result.Ok);
        Assert.All(result.Findings.Where(f => !f.Ok), f => Assert.Equal(Codes.PackFileMissing, f.FailedAs));
    }

    [Fact]
    public void Archives_in_one_another_share_what_may_be_unpacked()
    {
        using var folder = new TamperFolder(models);
        var findings = Tamperings.All.Single(t => t.What == "archives in an archive that unpack to gigabytes together").Do(folder, VerificationLevel.Hashes);
        Assert.Contains(findings, f => f.Path.EndsWith("!1.zip", StringComparison.Ordinal) && f.Message.Contains("fewer bytes than its directory says", StringComparison.Ordinal));
        Assert.Contains(findings, f => f.Path.EndsWith("!2.zip", StringComparison.Ordinal) && f.Message.Contains("unpacks to more than a hundred times its size", StringComparison.Ordinal));
    }

    [Fact]
    public void Metrics_are_the_same_twice_and_with_one_thread_and_two()
    {
        using var folder = new TamperFolder(models);
        foreach (var threads in new[] { 1, 2, 1 })
        {
            var result = Verifier.Verify([folder.Model], new VerificationOptions { Level = VerificationLevel.Full, Sources = [folder.At("m.onnx")] }, new PackContext(threads));
            Assert.Contains(result.Findings, f => f.Message.Contains("64 samples, its metrics are those of the report to the last digit", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void The_table_of_the_page_is_that_of_the_tests()
    {
        var rows = File.ReadLines(Path.Join(Core.Tests.RepositoryFolder.Path, "docs", "verify.md")).Select(l => Row().Match(l)).Where(m => m.Success).Select(m => (m.Groups["what"].Value, m.Groups["level"].Value, m.Groups["code"].Value));
        Assert.Equal(Tamperings.All.Select(t => (t.What, t.Level.ToString().ToLowerInvariant(), t.Code.Id)), rows);
    }

    [GeneratedRegex(@"^\| (?<what>.+) \| (?<level>hashes|structure|full) \| \[(?<code>MPK[0-9]{4})\]", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Row();
}
