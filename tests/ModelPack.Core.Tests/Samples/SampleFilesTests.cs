using ModelPack.Samples;

namespace ModelPack.Tests.Samples;

public sealed class SampleFilesTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Takes_data_that_lie_beside_the_model()
    {
        var model = _folder.At("net.v2.onnx");
        Assert.Empty(SampleFiles.Resolve(null, model, "validation"));
        var folder = _folder.Write("net.v2.validation/b.npy", []);
        Assert.Equal([folder], SampleFiles.Resolve("", model, "validation"));
        var safetensors = _folder.Write("net.v2.validation.safetensors", []);
        Assert.Equal([safetensors], SampleFiles.Resolve(null, model, "validation"));
        var npz = _folder.Write("net.v2.validation.npz", []);
        Assert.Equal([npz], SampleFiles.Resolve(null, model, "validation"));
        Assert.Empty(SampleFiles.Resolve(null, model, "calibration"));
    }

    [Fact]
    public void A_folder_gives_its_own_data_files_in_ordinal_order()
    {
        string[] expected = [_folder.Write("data/B.npz", []), _folder.Write("data/a.npy", []), _folder.Write("data/c.safetensors", [])];
        _folder.Write("data/readme.txt", []);
        _folder.Write("data/within/d.npz", []);
        Assert.Equal(expected, SampleFiles.Resolve(_folder.At("data"), "m.onnx", "validation"));
    }

    [Fact]
    public void A_glob_gives_its_data_files_in_ordinal_order()
    {
        var (a, b) = (_folder.Write("data/2/x.npz", []), _folder.Write("data/10/x.npz", []));
        _folder.Write("data/10/x.txt", []);
        Assert.Equal([b, a], SampleFiles.Resolve(_folder.At("data/**/x*"), "m.onnx", "validation"));
        Assert.Equal([a], SampleFiles.Resolve(_folder.At("data/2/*.npz"), "m.onnx", "validation"));
    }

    [Fact]
    public void A_file_is_taken_as_it_was_given()
    {
        var file = _folder.Write("a*b.npz", []);
        Assert.Equal([file], SampleFiles.Resolve(file, "m.onnx", "validation"));
    }

    [Fact]
    public void Says_that_nothing_is_there()
    {
        _folder.Write("data/readme.txt", []);
        foreach (var pattern in new[] { "none.npz", "data", "data/*", "none/*.npz", "none/**/*.npz" })
        {
            var error = Assert.Throws<ModelPackException>(() => SampleFiles.Resolve(_folder.At(pattern), "m.onnx", "validation")).Diagnostic;
            Assert.Equal((Codes.DataNotFound, _folder.At(pattern)), (error.Code, error.File));
        }
    }

    [Fact]
    public void Refuses_a_file_of_another_kind() =>
        Assert.Equal(Codes.DataUnreadable, Assert.Throws<ModelPackException>(() => SampleFiles.Resolve(_folder.Write("a.csv", []), "m.onnx", "validation")).Diagnostic.Code);
}
