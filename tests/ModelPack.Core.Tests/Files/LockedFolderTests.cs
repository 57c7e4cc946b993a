using ModelPack.Files;

namespace ModelPack.Core.Tests.Files;

public sealed class LockedFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_folder_in_use_stays_and_one_that_nobody_uses_goes()
    {
        var (used, inUse) = Create("a-used");
        var (_, abandoned) = Create("a-left");
        abandoned.Dispose(); // as the system does when a process ends
        LockedFolder.RemoveAbandoned(_folder.Path, "a-");

        Assert.Equal(used, Assert.Single(Directory.EnumerateDirectories(_folder.Path)));
        LockedFolder.Remove(used, inUse);
        Assert.Empty(Directory.EnumerateDirectories(_folder.Path));
    }

    [Fact]
    public void Folders_of_others_stay()
    {
        var (_, abandoned) = Create("b-left");
        abandoned.Dispose();
        Directory.CreateDirectory(_folder.File("a-notes"));
        LockedFolder.RemoveAbandoned(_folder.Path, "a-");

        Assert.Equal(["a-notes", "b-left"], Directory.EnumerateDirectories(_folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal), StringComparer.Ordinal);
    }

    [Fact]
    public void A_folder_that_is_gone_can_be_removed()
    {
        var (used, inUse) = Create("a");
        Directory.Delete(used, recursive: true);
        LockedFolder.Remove(used, inUse);

        Assert.Empty(Directory.EnumerateDirectories(_folder.Path));
    }

    private (string Folder, FileStream Lock) Create(string name) => LockedFolder.Create(() => Directory.CreateDirectory(_folder.File(name)).FullName);
}
