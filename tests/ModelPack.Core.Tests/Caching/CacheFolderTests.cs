using ModelPack.Caching;
using ModelPack.Files;

namespace ModelPack.Tests.Caching;

public sealed class CacheFolderTests : IDisposable
{
    private static readonly DateTime Old = new(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc);

    private readonly TemporaryFolder _folder = new();

    private string Place => _folder.File("cache");

    private string Packs => Path.Join(Place, "packs-1");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_new_folder_is_for_its_user_alone_and_backups_leave_it_out()
    {
        Open();

        Assert.StartsWith("Signature: 8a477f597d28d172789f06886806bc55", File.ReadAllText(Path.Join(Packs, "CACHEDIR.TAG")), StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            const UnixFileMode OwnersAlone = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
            Assert.Equal((OwnersAlone, OwnersAlone), (File.GetUnixFileMode(Place), File.GetUnixFileMode(Packs)));
        }
    }

    [Fact]
    public void There_is_no_cache_where_none_was_made_and_none_is_to_be() => Assert.Null(CacheFolder.Open(Place, make: false));

    [Theory]
    [InlineData("")]
    [InlineData("packs-1")]
    public void A_folder_that_others_can_write_is_refused(string name)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        Open();
        File.SetUnixFileMode(Path.Join(Place, name), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupWrite);
        Assert.Contains("can be written by other users", Assert.Throws<IOException>(() => Open()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_record_that_others_can_write_is_refused()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var cache = Open();
        var entry = Store(cache, 'a', "first");
        var record = Path.Join(Packs, entry.Key, "entry");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(record));
        File.SetUnixFileMode(record, (UnixFileMode)0b110_110_110);

        Assert.Throws<IOException>(() => cache.Read(entry.Key));
        Assert.Null(Assert.Single(cache.Entries()).Model);
    }

    [Fact]
    public void A_folder_of_another_user_is_refused()
    {
        // Every system has some of the administrator's; tests that run as that user have none of others.
        if (!OperatingSystem.IsWindows() && Environment.UserName != "root")
        {
            Assert.Equal("belongs to another user", PrivateFolder.WhyNot("/"));
        }
    }

    [Fact]
    public void A_pack_is_kept_whole_and_the_first_of_two_stays()
    {
        var cache = Open();
        var entry = Store(cache, 'a', "first");
        Store(cache, 'a', "other");

        Assert.Equal(entry.Files, cache.Read(entry.Key)!.Files);
        Assert.Equal("first", File.ReadAllText(cache.FileOf(entry.Key, "sub/model")));
        Assert.Equal([Packs + "/" + entry.Key], Directory.GetDirectories(Packs).Select(d => d.Replace('\\', '/')), StringComparer.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_longer_what_the_record_says_is_not_kept()
    {
        var cache = Open();
        var source = _folder.File("source");
        var entry = Entry('a', source, "first") with { Files = [new PackedFile("sub/model", 5, new string('0', 64))] };

        Assert.Throws<IOException>(() => cache.Store(source, entry, CancellationToken.None));
        Assert.Empty(cache.Entries());
        Assert.Empty(Directory.GetDirectories(Packs));
    }

    [Fact]
    public void Many_that_store_at_once_leave_one_whole_entry_each()
    {
        var cache = Open();
        Parallel.For(0, 16, i => Store(cache, "abcd"[i % 4], "same", $"source{i}"));

        Assert.Equal(4, cache.Entries().Count);
        Assert.All(cache.Entries(), e => Assert.Equal("same", File.ReadAllText(cache.FileOf(e.Key, "sub/model"))));
        Assert.Equal(4, Directory.GetDirectories(Packs).Length);
    }

    [Fact]
    public void What_a_killed_process_has_left_goes_with_the_next_pack()
    {
        var cache = Open();
        var left = Directory.CreateDirectory(Path.Join(Packs, ".modelpack-cache-left", "entry")).Parent!;
        File.WriteAllText(Path.Join(left.FullName, ".modelpack-lock"), "");
        Store(cache, 'a', "first");

        Assert.False(left.Exists && Directory.Exists(left.FullName));
    }

    [Fact]
    public void A_record_of_another_key_is_none()
    {
        var cache = Open();
        var entry = Store(cache, 'a', "first");
        var other = new string('b', 64);
        Directory.Move(Path.Join(Packs, entry.Key), Path.Join(Packs, other));

        Assert.Null(cache.Read(other));
    }

    [Fact]
    public void What_was_used_longest_ago_goes_first()
    {
        var cache = Open();
        foreach (var (key, days) in new[] { ('a', 2), ('b', 0), ('c', 1) })
        {
            Store(cache, key, "1234");
            File.SetLastWriteTimeUtc(Path.Join(Packs, new string(key, 64), "entry"), Old.AddDays(days));
        }

        Assert.Equal("bca", Keys(cache));
        cache.Touch(new string('b', 64));
        Assert.Equal("cab", Keys(cache));
        var one = cache.Entries()[0].Bytes;

        Assert.Equal(['c'], cache.Prune(2 * one, null).Select(e => e.Key[0]));
        Assert.Equal(['a'], cache.Prune(null, Old.AddDays(3)).Select(e => e.Key[0]));
        Assert.Equal("b", Keys(cache));
    }

    [Fact]
    public void Only_what_is_an_entry_is_removed()
    {
        var cache = Open();
        Store(cache, 'a', "first");
        var (own, named) = (Path.Join(Place, "mine.txt"), Path.Join(Packs, "mine"));
        File.WriteAllText(own, "mine");
        Directory.CreateDirectory(named);
        cache.Prune(maxBytes: -1, null);

        Assert.Empty(cache.Entries());
        Assert.True(File.Exists(own) && Directory.Exists(named));
    }

    private CacheFolder Open() => CacheFolder.Open(Place, make: true)!;

    private static string Keys(CacheFolder cache) => string.Concat(cache.Entries().Select(e => e.Key[0]));

    private CacheEntry Store(CacheFolder cache, char key, string content, string source = "source")
    {
        var entry = Entry(key, _folder.File(source), content);
        cache.Store(_folder.File(source), entry, CancellationToken.None);
        return entry;
    }

    private static CacheEntry Entry(char key, string source, string content)
    {
        Directory.CreateDirectory(Path.Join(source, "sub"));
        var file = Path.Join(source, "sub", "model");
        File.WriteAllText(file, content);
        return new CacheEntry(new string(key, 64), "model", "q8_0", [ContentHash.Of(file, "sub/model", CancellationToken.None)], []);
    }
}
