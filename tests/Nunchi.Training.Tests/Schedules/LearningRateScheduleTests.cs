using Nunchi.Training.Schedules;

namespace Nunchi.Training.Tests.Schedules;

public class LearningRateScheduleTests
{
    [Theory]
    [InlineData(ScheduleKind.Constant, 0, 0.25)]
    [InlineData(ScheduleKind.Constant, 3, 1)]
    [InlineData(ScheduleKind.Constant, 99, 1)]
    [InlineData(ScheduleKind.Cosine, 1, 0.5)]
    [InlineData(ScheduleKind.Cosine, 4, 1)]
    [InlineData(ScheduleKind.Cosine, 52, 0.55)]
    [InlineData(ScheduleKind.Cosine, 100, 0.1)]
    [InlineData(ScheduleKind.Linear, 28, 0.775)]
    [InlineData(ScheduleKind.Linear, 100, 0.1)]
    [InlineData(ScheduleKind.Trapezoid, 79, 1)]
    [InlineData(ScheduleKind.Trapezoid, 80, 1)]
    [InlineData(ScheduleKind.Trapezoid, 90, 0.55)]
    [InlineData(ScheduleKind.Trapezoid, 1000, 0.1)]
    public void Factor_Step_IsWhatTheShapeSays(ScheduleKind kind, int step, double expected) =>
        Assert.Equal(expected, new LearningRateSchedule(kind, 100, 4, 20, 0.1).Factor(step), 1e-12);

    [Fact]
    public void Constructor_ValuesOutOfRange_SaysWhich()
    {
        Assert.Contains("100", Assert.Throws<ArgumentException>(() => new LearningRateSchedule(ScheduleKind.Cosine, 100, 100)).Message, StringComparison.Ordinal);
        Assert.Contains("decay", Assert.Throws<ArgumentException>(() => new LearningRateSchedule(ScheduleKind.Trapezoid, 100, 50, 51)).Message, StringComparison.Ordinal);
        Assert.Contains("floor", Assert.Throws<ArgumentException>(() => new LearningRateSchedule(ScheduleKind.Cosine, 100, 0, 0, 1.5)).Message, StringComparison.Ordinal);
    }
}
