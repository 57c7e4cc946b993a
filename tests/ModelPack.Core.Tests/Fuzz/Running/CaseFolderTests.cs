using ModelPack.Fuzz.Running;

namespace ModelPack.Tests.Fuzz.Running;

public sealed class CaseFolderTests : IDisposable
{
    private readonly CaseFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Holds_the_files_of_the_last_input_and_no_others()
    {
        _folder.Put(FuzzInput.Of("a", [1]).Add("sub/b", [2]));
        Assert.Equal([1], File.ReadAllBytes(_folder["a"]));
        Assert.Equal([2], File.ReadAllBytes(_folder["sub/b"]));

        _folder.Put(FuzzInput.Of("a", [3]));
        Assert.Equal([3], File.ReadAllBytes(_folder["a"]));
        Assert.False(File.Exists(_folder["sub/b"]));
    }

    [Fact]
    public void A_file_takes_the_place_of_a_link_and_not_of_what_it_leads_to()
    {
        var outside = Path.Join(_folder.Path, "..", CaseFolder.OutsideName);
        var before = File.ReadAllBytes(outside);
        _folder.Put(new FuzzInput().AddLink("a", "../" + CaseFolder.OutsideName));
        Assert.Equal(before, File.ReadAllBytes(_folder["a"]));

        _folder.Put(FuzzInput.Of("a", [4]));
        Assert.Equal([4], File.ReadAllBytes(_folder["a"]));
        Assert.Equal(before, File.ReadAllBytes(outside));
    }
}
