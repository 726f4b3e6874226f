using Nunchi.Training.Pipelines;
using Nunchi.Training.Recipes;

namespace Nunchi.Training.Tests.Pipelines;

public class CurriculumTests
{
    [Fact]
    public void Observe_AccuracyPassesTheThreshold_RaisesTheLevelBeyondTheSamplesInPreparation()
    {
        var curriculum = new Curriculum(new CurriculumRecipe(0, null, 0.5, 10, 4), 3, lead: 32, null);
        for (var step = 0; step < 10; step++)
            Assert.False(curriculum.Observe(step, 1, step * 8));

        Assert.True(curriculum.Observe(10, 1, 88));
        Assert.Equal(0, curriculum.LevelAt(119));
        Assert.Equal(1, curriculum.LevelAt(120));
        Assert.Equal(1, curriculum.Level);
    }

    [Fact]
    public void Observe_LowAccuracyOrHighestLevel_StaysWhereItIs()
    {
        var low = new Curriculum(new CurriculumRecipe(0, null, 0.5, 1, 4), 3, 8, null);
        var highest = new Curriculum(new CurriculumRecipe(1, 1, 0.5, 1, 4), 3, 8, null);
        for (var step = 0; step < 50; step++)
        {
            Assert.False(low.Observe(step, 0.49, step));
            Assert.False(highest.Observe(step, 1, step));
        }

        Assert.Equal((0, 1), (low.Level, highest.Level));
    }

    [Fact]
    public void State_Restored_GoesOnAlike()
    {
        var recipe = new CurriculumRecipe(0, null, 0.5, 3, 4);
        var one = new Curriculum(recipe, 5, 16, null);
        for (var step = 0; step < 7; step++)
            one.Observe(step, 0.8, step * 4);
        var two = new Curriculum(recipe, 5, 16, one.State);
        for (var step = 7; step < 20; step++)
            Assert.Equal(one.Observe(step, 0.8, step * 4), two.Observe(step, 0.8, step * 4));

        for (var sample = 0; sample < 100; sample++)
            Assert.Equal(one.LevelAt(sample), two.LevelAt(sample));
        Assert.Equal(one.Accuracy, two.Accuracy);
    }
}
