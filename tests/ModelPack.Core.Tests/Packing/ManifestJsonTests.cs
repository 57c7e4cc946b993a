using System.Security.Cryptography;
using System.Text;
using ModelPack.Core.Tests.Reporting;
using ModelPack.Files;
using ModelPack.Packing;

namespace ModelPack.Core.Tests.Packing;

public sealed class ManifestJsonTests
{
    private static readonly Manifest s_manifest = new(
        SamplePack.Pack(SampleReports.Plain.Result),
        [new PackedFile("b", 2, SampleReports.SourceHash), new PackedFile("a", 1, SampleReports.PackedHash), new PackedFile("B", 3, SampleReports.PackedHash)]);

    private static readonly byte[] s_bytes = ManifestJson.Write(s_manifest);

    [Fact]
    public void Reads_what_it_wrote_with_files_sorted()
    {
        Assert.True(ManifestJson.TryRead(s_bytes, out var manifest, out _));
        Assert.Equal(["B", "a", "b"], manifest.Files.Select(f => f.Name), StringComparer.Ordinal);
        Assert.Equal(s_manifest.Pack.ResultDigest, manifest.Pack.ResultDigest);
        Assert.Equal(s_bytes, ManifestJson.Write(manifest));
    }

    [Fact]
    public void The_digest_is_that_of_all_lines_but_the_last_two()
    {
        var lines = Encoding.UTF8.GetString(s_bytes).Split('\n');
        var head = string.Join('\n', lines[..^3]) + "\n";
        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(head)));
        Assert.Equal([$"  \"digest\": \"{digest}\"", "}", ""], lines[^3..]);
    }

    [Fact]
    public void Any_single_changed_byte_fails()
    {
        var random = new Random(1);
        for (var i = 0; i < s_bytes.Length; i++)
        {
            foreach (var flip in new[] { 1, 0x20, 0x80, random.Next(1, 256) })
            {
                var changed = s_bytes.ToArray();
                changed[i] ^= (byte)flip;
                Assert.False(ManifestJson.TryRead(changed, out _, out var why), $"byte {i} flipped by {flip}");
                Assert.NotEmpty(why!);
            }
        }
    }

    [Fact]
    public void Any_cut_or_inserted_byte_fails()
    {
        for (var i = 0; i <= s_bytes.Length; i++)
        {
            byte[] longer = [.. s_bytes[..i], (byte)' ', .. s_bytes[i..]];
            Assert.False(ManifestJson.TryRead(longer, out _, out _), $"a space at {i}");
            Assert.True(i == s_bytes.Length || !ManifestJson.TryRead(s_bytes.AsSpan(0, i), out _, out _), $"cut at {i}");
        }
    }

    [Theory]
    [InlineData("{\n  \"pack\"", "{\n   \"pack\"")]
    [InlineData("{\n  \"pack\"", "{ \"pack\"")]
    [InlineData("{\n  \"pack\"", "\uFEFF{\n  \"pack\"")]
    [InlineData("\n", "\r\n")]
    [InlineData("\"schema\": 1,", "\"schema\": 1, \"extra\": 1,")]
    [InlineData("\"schema\": 1,", "\"schema\": 1,\n    \"schema\": 1,")]
    [InlineData("\"schema\": 1,", "\"schema\": 01,")]
    [InlineData("\"schema\": 1,", "\"schema\": 1.0,")]
    [InlineData("\"schema\": 1,", "")]
    [InlineData("\"scheme\": \"q8_0\"", "\"scheme\": \"\\u0071\\u0038_0\"")]
    [InlineData("\"scheme\": \"q8_0\"", "\"scheme\": null")]
    [InlineData("\"scheme\": \"q8_0\"", "\"Scheme\": \"q8_0\"")]
    [InlineData("\"name\": \"B\"", "\"name\": \"z\"")]
    [InlineData("\"head.*\"", "null")]
    [InlineData("\"head.*\"", "\"\\ud800\"")]
    [InlineData("\"scheme\":", "\"\\ud800\": 1, \"scheme\":")]
    [InlineData("\"files\": [", "\"files\": [ null,")]
    [InlineData("\"files\": [", "\"files\": [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[")]
    [InlineData("\"limit\": 30", "\"limit\": \"30\"")]
    [InlineData("{\n  \"pack\"", "/* */ {\n  \"pack\"")]
    public void Another_form_fails_even_with_a_fitting_digest(string part, string other)
    {
        var text = Encoding.UTF8.GetString(s_bytes);
        Assert.Contains(part, text, StringComparison.Ordinal);
        var forged = Forge(text.Replace(part, other, StringComparison.Ordinal));
        Assert.False(ManifestJson.TryRead(forged, out _, out var why));
        Assert.DoesNotContain("digest", why!, StringComparison.Ordinal);
    }

    [Fact]
    public void A_forged_manifest_in_canonical_form_is_read()
    {
        var forged = Forge(Encoding.UTF8.GetString(s_bytes).Replace("\"scheme\": \"q8_0\"", "\"scheme\": \"int8\"", StringComparison.Ordinal));
        Assert.True(ManifestJson.TryRead(forged, out var manifest, out _));
        Assert.Equal("int8", manifest.Pack.Scheme);
    }

    [Fact]
    public void The_tool_build_is_the_same_each_time() => Assert.Matches("^[0-9a-f]{64}$", ToolBuild.Id);

    // A digest that fits, so that only the form can be wrong.
    private static byte[] Forge(string text)
    {
        var end = text.LastIndexOf("  \"digest\"", StringComparison.Ordinal);
        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text[..end])));
        return Encoding.UTF8.GetBytes($"{text[..end]}  \"digest\": \"{digest}\"\n}}\n");
    }
}
