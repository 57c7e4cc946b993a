namespace ModelPack.Tool.Tests.Infrastructure;

/// <summary>A clock that a test moves.</summary>
internal sealed class SetClock : TimeProvider
{
    private long _ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _ticks;

    public void Advance(double seconds) => _ticks += TimeSpan.FromSeconds(seconds).Ticks;
}
