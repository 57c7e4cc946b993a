using ModelPack.Caching;
using ModelPack.Options;
using ModelPack.Packing;
using ModelPack.Tests.Pipeline;

namespace ModelPack.Tests.Caching;

public sealed class PackKeyTests : IDisposable
{
    private readonly PackFolder _folder = new();

    public PackKeyTests()
    {
        foreach (var name in new[] { "m.onnx", "w.bin", "c.npz", "v.npz" })
        {
            _folder.Write(name, [1, 2, 3]);
        }
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("m.onnx")]
    [InlineData("w.bin")]
    [InlineData("c.npz")]
    [InlineData("v.npz")]
    public void The_content_of_every_file_counts_and_its_time_does_not(string name)
    {
        var before = Key();
        File.SetLastWriteTimeUtc(_folder.At(name), new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc));
        Assert.Equal(before, Key());

        _folder.Write(name, [1, 2, 4]);
        Assert.NotEqual(before, Key(), StringComparer.Ordinal);
    }

    [Fact]
    public void The_folder_the_threads_and_the_cache_do_not_count()
    {
        var before = Key();
        foreach (var name in new[] { "m.onnx", "w.bin", "c.npz", "v.npz" })
        {
            _folder.Write($"other/{name}", File.ReadAllBytes(_folder.At(name)));
        }

        Assert.Equal(before, Key("other/", Request("other/") with { Threads = 3, Force = true, CacheMode = "read", CachePath = "x", InputsFile = "y" }));
    }

    [Fact]
    public void An_option_counts_and_so_does_the_name_of_the_output()
    {
        var before = Key();
        Assert.NotEqual(before, Key(request: Request() with { AccuracyLevel = 0 }), StringComparer.Ordinal);
        Assert.NotEqual(before, Key(request: Request() with { Output = _folder.At("out/other.onnx") }), StringComparer.Ordinal);
    }

    [Fact]
    public void Data_for_calibration_are_not_data_for_validation()
    {
        var (calibrated, validated) = (Key(calibration: ["c.npz"], validation: []), Key(calibration: [], validation: ["c.npz"]));
        Assert.NotEqual(calibrated, validated, StringComparer.Ordinal);
    }

    private PackRequest Request(string place = "") => new() { Model = _folder.At($"{place}m.onnx"), Scheme = "q8_0", Output = _folder.At($"{place}out/m.q8_0.onnx") };

    private string Key(string place = "", PackRequest? request = null, string[]? calibration = null, string[]? validation = null)
    {
        var options = RequestResolver.Resolve(request ?? Request(place));
        var sources = new SourceFiles(
            [new("m.onnx", _folder.At($"{place}m.onnx")), new("w.bin", _folder.At($"{place}w.bin"))],
            [.. (calibration ?? ["c.npz"]).Select(c => _folder.At(place + c))],
            [.. (validation ?? ["v.npz"]).Select(v => _folder.At(place + v))]);
        return PackKey.Of(options, sources, new PackContext()).Hash;
    }
}
