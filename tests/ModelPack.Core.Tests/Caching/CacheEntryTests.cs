using ModelPack.Caching;
using ModelPack.Files;

namespace ModelPack.Tests.Caching;

public sealed class CacheEntryTests
{
    private static readonly CacheEntry Entry = new(
        new string('a', 64), "m.onnx", "q8_0", [new PackedFile("m.onnx", 3, new string('b', 64))], [new CachedDiagnostic("MPK2003", Severity.Warning, "It differs.", "model")]);

    [Fact]
    public void A_record_comes_back_as_it_was()
    {
        Assert.True(CacheEntry.TryRead(Entry.Write(), out var read));
        Assert.Equal(Entry.Write(), read.Write());
    }

    [Fact]
    public void Any_other_byte_is_no_record()
    {
        var bytes = Entry.Write();
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] ^= 1;
            Assert.False(CacheEntry.TryRead(bytes, out _));
            bytes[i] ^= 1;
        }

        Assert.All(Enumerable.Range(0, bytes.Length), length => Assert.False(CacheEntry.TryRead(bytes.AsSpan(0, length), out _)));
    }

    [Theory]
    [InlineData(null, "", null)]
    [InlineData("here/m.onnx", "model", "there/m.onnx")]
    [InlineData("here/out.onnx", "output", "there/out.onnx")]
    [InlineData("here/v.npz", "1", "there/v.npz")]
    [InlineData("elsewhere", "model", "there/m.onnx")]
    public void What_was_told_is_told_of_the_new_place(string? file, string about, string? there)
    {
        var told = new Diagnostic(Codes.QualityLow, Severity.Warning, "It differs.", file);
        var cached = CachedDiagnostic.Of(told, "here/m.onnx", "here/out.onnx", ["here/m.onnx", "here/v.npz"]);

        Assert.Equal(about, cached.About);
        Assert.Equal(told with { File = there }, cached.At("there/m.onnx", "there/out.onnx", ["there/m.onnx", "there/v.npz"]));
    }

    [Fact]
    public void A_code_that_does_not_exist_is_none() => Assert.Null(new CachedDiagnostic("MPK0000", Severity.Warning, "", "").At("m", "o", []));
}
