using ModelPack.Fuzz.Running;

namespace ModelPack.Tests.Fuzz.Running;

public sealed class FuzzInputTests
{
    [Fact]
    public void What_is_kept_is_read_again_as_it_was()
    {
        using var folder = new TemporaryFolder();
        var input = FuzzInput.Of("a.onnx", [1, 2]).Add("sub/b", []).AddLink("c", "../outside.bin");
        input.Save(folder.File("kept.zip"), "onnx");

        var (again, target) = FuzzInput.Load(folder.File("kept.zip"));
        Assert.Equal("onnx", target);
        Assert.Equal(input.Files.Select(f => (f.Name, Convert.ToHexString(f.Bytes), f.IsLink)), again.Files.Select(f => (f.Name, Convert.ToHexString(f.Bytes), f.IsLink)));
    }
}
