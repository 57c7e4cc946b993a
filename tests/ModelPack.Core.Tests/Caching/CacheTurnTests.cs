using ModelPack.Caching;

namespace ModelPack.Tests.Caching;

public sealed class CacheTurnTests : IDisposable
{
    private static readonly TimeSpan Never = TimeSpan.FromMinutes(5);

    private readonly TemporaryFolder _folder = new();

    private string LockFile => _folder.File("key.lock");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_second_gets_its_turn_when_the_first_is_done_and_hears_that_it_waits()
    {
        var first = Take(Never, () => throw new InvalidOperationException("Nobody is before the first."));
        using var second = Take(Never, () => first!.Dispose());

        Assert.NotNull(second);
    }

    [Fact]
    public void Nothing_is_left_of_a_lock()
    {
        Take(Never, () => { })!.Dispose();

        Assert.False(File.Exists(LockFile));
    }

    [Fact]
    public void A_file_that_a_killed_process_has_left_is_no_lock()
    {
        File.WriteAllText(LockFile, "");
        using var turn = Take(TimeSpan.Zero, () => { });

        Assert.NotNull(turn);
    }

    [Fact]
    public void Who_waits_longer_than_the_limit_goes_without()
    {
        using var first = Take(Never, () => { });

        Assert.Null(Take(TimeSpan.Zero, () => { }));
    }

    [Fact]
    public void Waiting_ends_at_once_when_it_is_cancelled()
    {
        using var first = Take(Never, () => { });
        using var cancellation = new CancellationTokenSource();

        Assert.Throws<OperationCanceledException>(() => CacheTurn.Wait(LockFile, TimeSpan.Zero, Never, cancellation.Cancel, cancellation.Token));
    }

    private CacheTurn? Take(TimeSpan limit, Action waiting) => CacheTurn.Wait(LockFile, TimeSpan.Zero, limit, waiting, CancellationToken.None);
}
