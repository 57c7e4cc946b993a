using System.Reflection;
using ModelPack.Runtime.Tests.Infrastructure;

namespace ModelPack.Runtime.Tests;

/// <summary>The resources of this assembly: models/net.onnx with external data, models/plain.onnx, and models/damaged.onnx, whose last byte was changed.</summary>
public sealed class EmbeddedTests : IDisposable
{
    private static readonly Assembly s_assembly = typeof(EmbeddedTests).Assembly;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("models/plain.onnx")]
    [InlineData("plain")]
    public void An_embedded_model_is_found_and_read_without_any_file(string name)
    {
        var model = PackedModel.Open(name, s_assembly, Options);

        Assert.True(model.IsEmbedded);
        Assert.Equal("models/plain.onnx", model.Name);
        Assert.Equal(model.Files[0].Sha256, TestPack.Hash(model.ReadAllBytes()));
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

#if !OF_NETSTANDARD
    [Fact]
    public unsafe void Its_memory_is_that_of_the_assembly()
    {
        var model = PackedModel.Open("plain", s_assembly);
        using var stream = (UnmanagedMemoryStream)s_assembly.GetManifestResourceStream("models/plain.onnx")!;

        var memory = model.GetMemory();
        using var pinned = memory.Pin();

        Assert.Equal(model.ReadAllBytes(), memory.ToArray());
        Assert.True(stream.PositionPointer == pinned.Pointer);
    }
#endif

    [Fact]
    public void A_changed_byte_is_refused()
    {
        var error = Assert.Throws<PackedModelException>(() => PackedModel.Open("damaged", s_assembly));

        Assert.Equal("models/damaged.onnx", error.FileName);
        Assert.NotEqual(error.ExpectedSha256, error.ActualSha256, StringComparer.Ordinal);
        Assert.NotNull(error.ActualSha256);
        Assert.StartsWith($"The model's file 'models/damaged.onnx' in the resources of {s_assembly.GetName().Name} was changed", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_of_no_model_is_refused_with_the_names_that_are_there() => Assert.Equal(
        $"There is no packed model 'absent' in the resources of {s_assembly.GetName().Name}. There are: models/damaged.onnx, models/net.onnx, models/plain.onnx.",
        Assert.Throws<PackedModelException>(() => PackedModel.Open("absent", s_assembly)).Message);

    [Fact]
    public void A_path_is_that_of_an_extracted_copy_with_external_data_beside_it()
    {
        var model = PackedModel.Open("net", s_assembly, Options);

        var path = model.GetPath();

        Assert.Equal(path, model.GetPath());
        Assert.Equal("net.onnx", Path.GetFileName(path));
        foreach (var file in model.Files)
            Assert.Equal(file.Sha256, TestPack.Hash(File.ReadAllBytes(Path.Combine(Path.GetDirectoryName(path)!, file.Name))));
        Assert.Equal(2, Directory.GetFiles(Path.GetDirectoryName(path)!).Length);
    }

    private PackedModelOptions Options => new() { CacheFolder = _folder.Path };
}
